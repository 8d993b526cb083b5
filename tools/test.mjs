// `npm test`: says what is about to run and how long it takes, then runs vitest with the arguments given.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './workspaces.mjs'

const args = process.argv.slice(2)
if (args.length === 0) {
  process.stderr.write(`Runs every test: the contracts on private Redis, PostgreSQL, MariaDB and SQLite, the packed packages in projects
of their own, and real processes under faults. About 20 minutes on two cores; files report as they end.
Faster: "npm run test:quick" (half a minute), "npm test -- --project core", "npx vitest --changed".
`)
}
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], { stdio: 'inherit' })
process.exitCode = status ?? 1
