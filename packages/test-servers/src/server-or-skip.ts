import { afterAll, describe } from 'vitest'

/** A server for the tests of one file, or the news that there is none. */
export interface ServerSuite<Server> {
  /** `describe`, but its tests are reported as skipped when the server is not installed. */
  readonly describe: typeof describe | typeof describe.skip
  /**
   * The server. Call it in hooks and tests: the body of `describe` runs even when its tests are skipped.
   *
   * @throws Error when the server is not installed
   */
  server(): Server
}

/**
 * Starts a server for the tests of one file and stops it after the last one. Without the server, its tests are skipped
 * and a line on standard error tells why; in CI (`CI=true`) that is an error.
 *
 * @param name as people know it: `PostgreSQL`
 * @param start gives `undefined` when the server is not installed
 * @param packages where the system's packages do not bring it: `'optional'` skips the tests in CI too, and says so
 * @throws Error in CI when the server is not installed
 *
 * @example
 * const redis = await serverOrSkip('Redis', startRedis)
 *
 * redis.describe('a store on Redis', () => {
 *   test('remembers', async () => {
 *     const client = new Redis(redis.server().url)
 *   })
 * })
 */
export async function serverOrSkip<Server extends { stop(): Promise<void> }>(
  name: string,
  start: () => Promise<Server | undefined>,
  packages: 'needed' | 'optional' = 'needed',
): Promise<ServerSuite<Server>> {
  const server = await start()
  if (server === undefined) reportMissing(name, packages)
  afterAll(async () => {
    await server?.stop()
  })

  return {
    describe: server === undefined ? describe.skip : describe,
    server() {
      if (server === undefined) throw new Error(`${name} is not installed`)
      return server
    },
  }
}

function reportMissing(name: string, packages: 'needed' | 'optional'): void {
  const reason = `${name} is not installed`
  if (process.env['CI'] === 'true' && packages === 'needed')
    throw new Error(`${reason}, and nothing may be skipped in CI`)
  process.stderr.write(`Skipped: ${reason}\n`)
}
