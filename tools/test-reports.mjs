// Reads what `test-report.reporter.mjs` wrote. `<name>-again.json` holds the second run of the files that failed in `<name>.json`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const again = '-again.json'

/** The files of a run that hold a failure: of a test, of a hook, or of the file as a whole. */
export function failedFiles(folder, name) {
  return [...new Set(read(join(folder, `${name}.json`)).failures.flatMap(({ file }) => file ?? []))]
}

/** Every test of all runs, as the last run of its file has it: its file, its full name, and `passed`, `failed` or `skipped`. */
export function testsOf(folder) {
  return runs(folder).flatMap(({ first, second }) => [...notAgain(first.tests, second), ...second.tests])
}

/** What failed and did not pass when it ran again: a name and a reason each. What belongs to no file is not run again. */
export function failuresOf(folder) {
  return runs(folder).flatMap(({ first, second }) => [...notAgain(first.failures, second), ...second.failures])
}

/** What failed, in a file that passed when it ran again: a name and the reason of the first time. */
export function unsteady(folder) {
  return runs(folder).flatMap(({ first, second }) => {
    const ran = new Set(second.tests.map(({ file }) => file))
    const failed = new Set(second.failures.map(({ name }) => name))
    return first.failures.filter(({ file, name }) => ran.has(file) && !failed.has(name))
  })
}

function notAgain(items, { tests, failures }) {
  const ran = new Set([...tests, ...failures].map(({ file }) => file))
  return items.filter(({ file }) => file === undefined || !ran.has(file))
}

function runs(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith(again))
  return names.map((name) => ({
    first: read(join(folder, name)),
    second: read(join(folder, name.replace(/\.json$/, again))),
  }))
}

function read(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { tests: [], failures: [] }
}
