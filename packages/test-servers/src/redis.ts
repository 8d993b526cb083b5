import { join } from 'node:path'
import { findProgram } from './binaries.ts'
import { firstReply } from './first-reply.ts'
import { makePrivateDirectory } from './private-directory.ts'
import { startServer, type TestServer } from './server.ts'

/** How to start Redis. */
export interface RedisServerOptions {
  /** Further arguments, such as `['--maxmemory', '4mb']`. They come last and so win over ours. */
  readonly args?: readonly string[]
  /**
   * Append-only file, so that data survive `kill()` and `restart()`. Default: true. With `false`, the server comes
   * back empty.
   */
  readonly keepData?: boolean
}

/** A Redis server, and the socket file where it listens besides its port. */
export interface RedisNode {
  readonly server: TestServer
  readonly socketFile: string
}

/** Starts Redis, or Valkey where only that is installed. `undefined` when neither is. Eviction is off, as stores need it. */
export async function startRedis(options: RedisServerOptions = {}): Promise<TestServer | undefined> {
  return (await startRedisNode(options))?.server
}

/** Starts Redis for callers that go on to configure it. */
export async function startRedisNode(
  { args = [], keepData = true }: RedisServerOptions,
  programs: readonly string[] = ['redis-server', 'valkey-server'],
): Promise<RedisNode | undefined> {
  const program = findProgram(programs)
  if (program === undefined) return undefined
  const directory = await makePrivateDirectory('redis')
  const socketFile = join(directory, 'redis.sock')

  const server = await startServer({
    directory,
    recipe: (port) => ({
      program,
      args: [
        ...redisArgs({
          port: String(port),
          bind: '127.0.0.1',
          unixsocket: socketFile,
          dir: directory,
          save: '',
          'maxmemory-policy': 'noeviction',
          appendonly: keepData ? 'yes' : 'no',
          // Written before each reply, forced to disk never: safe from the death of the server, not the machine's.
          appendfsync: 'no',
        }),
        ...args,
      ],
      isReady: async () => (await firstReply(socketFile, 'PING\r\n')) === '+PONG\r\n',
    }),
    url: (port) => `redis://127.0.0.1:${port}`,
  })
  return { server, socketFile }
}

/** Settings as Redis takes them on its command line. */
export function redisArgs(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
}
