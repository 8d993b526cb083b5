import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a run of tests came to. */
export interface FixtureRun {
  readonly exitCode: number | null
  /** Standard output and error. */
  readonly output: string
}

/** Runs a file of `test/fixtures` with vitest, in processes of its own. */
export async function runFixture(file: URL, env: Readonly<Record<string, string>> = {}): Promise<FixtureRun> {
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const config = fileURLToPath(new URL('../fixtures/vitest.config.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, fileURLToPath(file), '--reporter=verbose'],
    {
      cwd: dirname(config),
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const [output, errors, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { exitCode, output: output + errors }
}
