// Prints the test files that failed in a run, a line each.
// Usage: node failed-files.mjs <folder with *.json> <name of the run>
import { failedFiles } from './test-reports.mjs'

const [, , folder, name] = process.argv
process.stdout.write(
  failedFiles(folder, name)
    .map((file) => `${file}\n`)
    .join(''),
)
