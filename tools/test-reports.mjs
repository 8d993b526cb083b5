// Reads the JSON reports of vitest runs. `<name>-again.json` holds the second run of the files that failed in `<name>.json`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const again = '-again.json'

/** The files of a run that hold a failure: a test, or a set-up, after which vitest reports the tests as skipped. */
export function failedFiles(folder, name) {
  return Object.keys(filesOf(join(folder, `${name}.json`), (file) => file.status === 'failed'))
}

/** Every test of all runs: its full name, and `passed`, `failed` or `skipped`, as the last run of its file has it. */
export function testsOf(folder) {
  return runs(folder).flatMap(({ first, second }) => Object.values({ ...first, ...second }).flatMap(testsOfFile))
}

/** The names of tests that failed and passed when their file ran again. */
export function unsteadyTests(folder) {
  return runs(folder).flatMap(({ first, second }) =>
    Object.keys(second).flatMap((path) => {
      const passed = new Set(testsOfFile(second[path]).filter(isPassed).map(nameOf))
      const failed = testsOfFile(first[path]).filter((test) => test.status === 'failed')
      return failed.map(nameOf).filter((name) => passed.has(name) || second[path].status === 'passed')
    }),
  )
}

function runs(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith(again))
  return names.map((name) => ({
    first: filesOf(join(folder, name)),
    second: filesOf(join(folder, name.replace(/\.json$/, again))),
  }))
}

function filesOf(path, isWanted = () => true) {
  const results = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).testResults : []
  return Object.fromEntries(results.filter(isWanted).map((file) => [file.name, file]))
}

function testsOfFile(file) {
  const tests = file.assertionResults.map(({ fullName, status }) => ({
    name: fullName,
    status: status === 'passed' || status === 'failed' ? status : 'skipped',
  }))
  const failedAsAWhole = file.status === 'failed' && !tests.some((test) => test.status === 'failed')
  return failedAsAWhole ? [...tests, { name: `the set-up of ${file.name}`, status: 'failed' }] : tests
}

function isPassed(test) {
  return test.status === 'passed'
}

function nameOf(test) {
  return test.name
}
