import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** A Redis of our own, which keeps what it confirmed: `ready()` refuses one without an append-only file. */
export interface PrivateRedis {
  readonly url: string
  readonly pid: number
  /** Ends the server and removes its data. The end of this process does so, too. */
  stop(): Promise<void>
}

/** Starts the `redis-server` of the PATH on a free port. Undefined when there is none. */
export async function startPrivateRedis(): Promise<PrivateRedis | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'multi-node-redis-'))
  const port = await freePort()
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '']
  const server = spawn('redis-server', settings, { stdio: 'ignore' })
  const end = (): void => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', end)
  const stop = async (): Promise<void> => {
    process.off('exit', end)
    if (server.pid !== undefined && server.exitCode === null) {
      const exited = once(server, 'exit')
      server.kill()
      await exited
    }
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    const pid = await pidOnceStarted(server)
    if (pid === undefined) {
      await stop()
      return undefined
    }
    await untilAnswering(server, port)
    return { url: `redis://127.0.0.1:${port}`, pid, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function pidOnceStarted(server: ChildProcess): Promise<number | undefined> {
  try {
    await once(server, 'spawn')
    return server.pid
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Waits for our server: on a port that someone else took meanwhile, another may answer. */
async function untilAnswering(server: ChildProcess, port: number): Promise<void> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => {})
  try {
    while (server.exitCode === null) {
      const info = await Promise.race([client.info('server'), pause(100, '')])
      if (info.includes(`process_id:${server.pid}\r\n`)) return
    }
    throw new Error('The private redis-server ended at once. Try again, or set REDIS_URL.')
  } finally {
    client.disconnect()
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
