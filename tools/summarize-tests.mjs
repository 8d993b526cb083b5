// Names the tests that failed, and those that passed only when run again. The last line is `N passed, N failed`, over all runs.
// Usage: node summarize-tests.mjs <folder with *.json>
import { testsOf, unsteadyTests } from './test-reports.mjs'

const [, , folder] = process.argv
const tests = testsOf(folder)
const withStatus = (status) => tests.filter((test) => test.status === status)
const skipped = withStatus('skipped').length

for (const name of unsteadyTests(folder)) say(`passed only when run again: ${name}`)
for (const { name } of withStatus('failed')) say(`failed: ${name}`)
say(
  `${withStatus('passed').length} passed, ${withStatus('failed').length} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
)

function say(line) {
  process.stdout.write(`${line}\n`)
}
