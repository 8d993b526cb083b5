import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverAccount } from './account.ts'
import { findProgram } from './binaries.ts'
import { firstReply } from './first-reply.ts'
import { makePrivateDirectory } from './private-directory.ts'
import { startServer, type TestServer } from './server.ts'

/** How to start MariaDB. */
export interface MariadbServerOptions {
  /** Further arguments of `mariadbd`, such as `['--innodb-lock-wait-timeout=1']`. They win over ours. */
  readonly args?: readonly string[]
}

const baseArgs = [
  '--character-set-server=utf8mb4',
  '--skip-name-resolve',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=16M',
  // Written at each commit, forced to disk never: safe from the death of the server, not from the machine's.
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-flush-method=nosync',
]

/** Starts MariaDB with the empty database `test` in utf8mb4, and the user root. `undefined` when it is not installed. */
export async function startMariadb({ args = [] }: MariadbServerOptions = {}): Promise<TestServer | undefined> {
  const program = findProgram(['mariadbd'])
  const installer = findProgram(['mariadb-install-db'])
  if (program === undefined || installer === undefined) return undefined
  const directory = await makePrivateDirectory('mariadb')
  const data = join(directory, 'data')
  const socketFile = join(directory, 'mariadb.sock')
  const firstStatements = join(directory, 'init.sql')
  await writeFile(firstStatements, 'CREATE DATABASE IF NOT EXISTS test;\n', { mode: 0o644 })
  await initialise(installer, data, directory)

  return startServer({
    directory,
    recipe: (port) => ({
      program,
      args: [
        '--no-defaults',
        `--datadir=${data}`,
        ...ownTemporary(directory),
        `--init-file=${firstStatements}`,
        `--socket=${socketFile}`,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        ...baseArgs,
        ...args,
      ],
      isReady: async () => isGreeting(await firstReply(socketFile)),
    }),
    url: (port) => `mysql://root@127.0.0.1:${port}/test`,
  })
}

async function initialise(installer: string, data: string, directory: string): Promise<void> {
  const args = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']
  await promisify(execFile)(installer, [...args, ...ownTemporary(directory), '--skip-name-resolve'], {
    cwd: directory,
    ...serverAccount,
  })
}

// A server that starts removes every temporary table in its folder, also those of servers that run.
function ownTemporary(directory: string): readonly string[] {
  return [`--tmpdir=${directory}`]
}

// Byte 5 of the first packet is the protocol's version, 10; of an error it is 255.
function isGreeting(packet: string | undefined): boolean {
  return packet?.charCodeAt(4) === 10
}
