import { type ChildProcess, fork } from 'node:child_process'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { afterEach, beforeEach, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../dist/limits-worker.js', import.meta.url))

interface Message {
  readonly type: string
  readonly port: number
  readonly token: string
}

/** A process under one limit, seen from outside. */
interface Limited {
  /** The status of one request, and how long it took. */
  get(): Promise<{ readonly status: number; readonly ms: number }>
  readonly events: readonly string[]
  close(): void
}

async function startLimited(setUp: object): Promise<Limited> {
  const child: ChildProcess = fork(program, {
    execArgv: [],
    env: { ...process.env, CLAVIGER_LAB_WORKER: JSON.stringify(setUp) },
  })
  const events: string[] = []
  const { port, token } = await new Promise<Message>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The worker ended with ${String(code)}.`)))
    child.on('message', (message: Message) => {
      if (message.type === 'listening') resolve(message)
      else events.push(message.type)
    })
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return {
    events,
    get: () =>
      new Promise((resolve, reject) => {
        const sentAt = performance.now()
        request({ host: '127.0.0.1', port, agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
          response.resume()
          response.on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - sentAt }))
        })
          .on('error', reject)
          .end()
      }),
    close() {
      agent.destroy()
      child.disconnect()
    },
  }
}

const redis = await serverOrSkip('Redis', startRedis)

redis.describe('processes that share a limit on one Redis', () => {
  let open: Limited[] = []
  beforeEach(async () => {
    open = []
    const { Redis } = await import('ioredis')
    const client = new Redis(redis.server().url)
    await client.flushall()
    client.disconnect()
  })
  afterEach(() => {
    for (const each of open) each.close()
  })
  const start = async (count: number, setUp: object): Promise<readonly Limited[]> => {
    const { url } = redis.server()
    open = await Promise.all(Array.from({ length: count }, () => startLimited({ url, ...setUp })))
    return open
  }

  test.each([
    [600, undefined, 0.9],
    [600, 0, 1],
    [5_000, undefined, 0.9],
  ])(
    'of more requests than %i to three of them, never more are accepted, with ahead %s',
    async (requests, ahead, least) => {
      const three = await start(3, { requests, ahead })
      const statuses: number[] = []
      let left = requests * 2
      const client = async (index: number): Promise<void> => {
        while (left > 0) {
          left -= 1
          statuses.push((await (three[index % 3] as Limited).get()).status)
        }
      }
      await Promise.all(Array.from({ length: 60 }, (_, index) => client(index)))
      const accepted = statuses.filter((status) => status === 200).length
      process.stdout.write(`limit ${requests}, ahead ${ahead ?? 'default'}: ${accepted} accepted by three processes\n`)
      expect(accepted).toBeLessThanOrEqual(requests)
      expect(accepted).toBeGreaterThanOrEqual(Math.floor(requests * least))
      expect(new Set(statuses)).toEqual(new Set([200, 429]))
    },
  )

  test('Redis frozen, killed and restarted under load: no request fails, and none waits long', async () => {
    const [limited] = await start(1, { requests: 1_000_000 })
    if (limited === undefined) throw new Error('Expected a process.')
    const server = redis.server()
    const seen: { readonly status: number; readonly ms: number }[] = []
    const load = { isOver: false }
    const client = async (): Promise<void> => {
      while (!load.isOver) seen.push(await limited.get())
    }
    const clients = Array.from({ length: 8 }, client)
    const until = async (isReached: () => boolean): Promise<void> => {
      const from = seen.length
      // Counted in requests, so that a slow machine only takes longer.
      while (!isReached() || seen.length < from + 200) await limited.get()
    }
    const events = (type: string): number => limited.events.filter((event) => event === type).length

    await until(() => true)
    server.pause()
    await until(() => events('limiter.away') === 1)
    await until(() => true)
    server.resume()
    await until(() => events('limiter.back') === 1)
    await server.kill()
    await until(() => events('limiter.away') === 2)
    await server.restart()
    await until(() => events('limiter.back') === 2)
    await until(() => true)
    load.isOver = true
    await Promise.all(clients)

    const slowest = Math.max(...seen.map(({ ms }) => ms))
    process.stdout.write(
      `${seen.length} requests while Redis was away and back; the slowest took ${Math.round(slowest)} ms\n`,
    )
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200]))
    // One round waits for 250 ms; the rest is what a busy machine adds.
    expect(slowest).toBeLessThan(2_000)
  })
})
