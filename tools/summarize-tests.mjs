// Adds up the JSON reports of vitest runs and prints `N passed, N failed`, and skipped ones where there are any.
// Usage: node summarize-tests.mjs <folder with *.json>
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder] = process.argv
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))

const sum = (count) => reports.reduce((total, report) => total + count(report), 0)
const passed = sum((report) => report.numPassedTests)
const failed = sum((report) => report.numFailedTests + report.testResults.filter(failedAsAWhole).length)
const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
process.stdout.write(`${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`)

/** A file whose set-up failed: vitest reports its tests as skipped. */
function failedAsAWhole({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((result) => result.status === 'failed')
}
