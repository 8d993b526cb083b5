import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'

/** Whether git would take this file into its next commit with `git add .`; false outside a repository, or without git. */
export function gitWouldCommit(path: string): boolean {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', '--', path], {
    cwd: dirname(path),
    stdio: 'ignore',
    timeout: 5_000,
  })
  return status === 1
}
