import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { serverOrSkip, type ServerSuite } from './server-or-skip.ts'
import type { TestServer } from './server.ts'

/** What the tests of all files know of a server they share. It cannot be stopped or frozen: others use it too. */
export type SharedServer = Pick<TestServer, 'port' | 'url'>

declare module 'vitest' {
  interface ProvidedContext {
    /** Servers started by `shareServers`, by name; `null` for those that are not installed. */
    sharedServers: Readonly<Record<string, SharedServer | null>>
  }
}

/**
 * Makes a `globalSetup` function that starts servers once per run, for all test files of a project. Tests that share a
 * server keep apart by a database, schema or namespace of their own.
 *
 * @example
 * // test/servers.setup.ts, named as `globalSetup` in the configuration
 * export const setup = shareServers({ PostgreSQL: startPostgres })
 * // in a test file
 * const postgres = await sharedServerOrSkip('PostgreSQL')
 */
export function shareServers(
  starts: Readonly<Record<string, () => Promise<TestServer | undefined>>>,
): (project: Pick<TestProject, 'provide'>) => Promise<() => Promise<void>> {
  return async (project) => {
    const servers = await Promise.all(
      Object.entries(starts).map(async ([name, start]) => ({ name, server: await start() })),
    )
    project.provide(
      'sharedServers',
      Object.fromEntries(
        servers.map(({ name, server }) => [name, server ? { port: server.port, url: server.url } : null]),
      ),
    )
    return async () => {
      await Promise.all(servers.map(async ({ server }) => server?.stop()))
    }
  }
}

/**
 * The server that `shareServers` started under this name, as `serverOrSkip` gives one.
 *
 * @throws Error when no server was started under this name; in CI also when it is not installed
 */
export async function sharedServerOrSkip(name: string): Promise<ServerSuite<SharedServer>> {
  const server = inject('sharedServers')[name]
  if (server === undefined) throw new Error(`No server is shared as ${name}`)
  const doNothing = async (): Promise<void> => {}
  return serverOrSkip(name, async () => (server === null ? undefined : { ...server, stop: doNothing }))
}
