// Names what failed, with the reason, and what passed only when run again. The last line is `N passed, N failed`, over all runs:
// a failure outside of a test counts as one.
// Usage: node summarize-tests.mjs <folder with *.json>
import { failuresOf, testsOf, unsteady } from './test-reports.mjs'

const [, , folder] = process.argv
const tests = testsOf(folder)
const failures = failuresOf(folder)
const count = (status) => tests.filter((test) => test.status === status).length

for (const failure of unsteady(folder)) tell('passed only when run again', failure)
for (const failure of failures) tell('failed', failure)
const skipped = count('skipped')
say(`${count('passed')} passed, ${failures.length} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`)

function tell(what, { name, reason }) {
  say(`${what}: ${name}`)
  for (const line of reason.split('\n').slice(0, 12)) say(`    ${line}`)
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
