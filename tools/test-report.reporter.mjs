// A reporter of vitest that writes down what `.ci/run` has to know of a run: every test with its status, and every failure with
// its reason, also those of hooks, of whole files and of nothing in particular, which the JSON reporter leaves out.
// The file is named by `CLAVIGER_TEST_REPORT`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const mostReason = 2_000

export default class TestReport {
  onTestRunEnd(modules, unhandled) {
    const path = process.env.CLAVIGER_TEST_REPORT
    if (path === undefined) throw new Error('CLAVIGER_TEST_REPORT does not name a file.')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify(reportOf(modules, unhandled)))
  }
}

/** Tests and failures of the modules of a run. */
export function reportOf(modules, unhandled) {
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({
      file: module.moduleId,
      name: test.fullName,
      status: statusOf(test.result().state),
    })),
  )
  return { tests, failures: [...modules.flatMap(failuresOf), ...unhandled.map(unhandledFailure)] }
}

function failuresOf(module) {
  const file = module.moduleId
  return [
    ...module.errors().map((error) => ({ file, name: `the set-up or tear-down of ${file}`, reason: reasonOf(error) })),
    ...[...module.children.allSuites()].flatMap((suite) =>
      suite.errors().map((error) => ({ file, name: `the hooks of ${suite.fullName}`, reason: reasonOf(error) })),
    ),
    ...[...module.children.allTests('failed')].map((test) => ({
      file,
      name: test.fullName,
      reason: (test.result().errors ?? []).map(reasonOf).join('\n'),
    })),
  ]
}

/** Belongs to the file that ran when it came up, where vitest knows. */
function unhandledFailure(error) {
  const file = error.VITEST_TEST_PATH
  return {
    ...(file !== undefined && { file }),
    name: `outside of any test of ${file ?? 'the run'}`,
    reason: reasonOf(error),
  }
}

function reasonOf({ stack, name, message }) {
  return (stack ?? `${name}: ${message}`).slice(0, mostReason)
}

function statusOf(state) {
  return state === 'passed' || state === 'failed' ? state : 'skipped'
}
