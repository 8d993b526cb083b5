import { chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serverAccount } from './account.ts'
import { findProgram } from './binaries.ts'
import { firstReply } from './first-reply.ts'
import { waitFor } from './launch.ts'
import { makePrivateDirectory } from './private-directory.ts'
import { type RedisServerOptions, startRedis } from './redis.ts'
import { startServer, type TestServer } from './server.ts'

/** A primary, a replica of it, and one Sentinel that watches both and lets the replica take over. */
export interface TestRedisSentinel {
  readonly primary: TestServer
  readonly replica: TestServer
  readonly sentinel: TestServer
  /** What the Sentinel calls the group. */
  readonly name: string
  /** Stops all three. */
  stop(): Promise<void>
}

const name = 'claviger'
const formDeadlineMs = 30_000

/** Starts the three and waits until the Sentinel knows the replica. `undefined` when Redis is not installed. */
export async function startRedisSentinel(options: RedisServerOptions = {}): Promise<TestRedisSentinel | undefined> {
  const program = findProgram(['redis-server', 'valkey-server'])
  const primary = await startRedis(options)
  if (program === undefined || primary === undefined) return undefined
  const following = ['--replicaof', '127.0.0.1', String(primary.port)]
  const replica = await startRedis({ ...options, args: [...(options.args ?? []), ...following] })
  if (replica === undefined) return undefined
  const sentinel = await startSentinel(program, primary.port)
  const stop = async (): Promise<void> => {
    await Promise.all([sentinel, primary, replica].map((server) => server.stop()))
  }
  const knowsBoth = async (): Promise<boolean> => {
    const info = (await firstReply(sentinel.socketFile, 'INFO sentinel\r\n')) ?? ''
    return info.includes('status=ok') && info.includes('slaves=1')
  }
  if (await waitFor(knowsBoth, formDeadlineMs)) return { primary, replica, sentinel, name, stop }
  await stop()
  throw new Error('The Sentinel does not know the replica')
}

async function startSentinel(program: string, primaryPort: number): Promise<TestServer & { socketFile: string }> {
  const directory = await makePrivateDirectory('sentinel')
  const socketFile = join(directory, 'sentinel.sock')
  const file = join(directory, 'sentinel.conf')
  const settings = [
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} 1`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 3000`,
  ]
  // The Sentinel writes what it learns into its own file.
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 })
  if (serverAccount.uid !== undefined && serverAccount.gid !== undefined) {
    await chown(file, serverAccount.uid, serverAccount.gid)
  }
  const server = await startServer({
    directory,
    recipe: (port) => ({
      program,
      args: [file, '--sentinel', '--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socketFile],
      isReady: async () => (await firstReply(socketFile, 'PING\r\n')) === '+PONG\r\n',
    }),
    url: (port) => `redis://127.0.0.1:${port}`,
  })
  return Object.assign(server, { socketFile })
}
