import { createServer, connect as connectTo, type AddressInfo, type Socket } from 'node:net'
import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import { serverOrSkip, startRedis, startRedisCluster, startRedisSentinel } from '@claviger/test-servers'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { expect, onTestFinished, test } from 'vitest'
import { type RedisClient, type RedisClusterClient, redisStore } from '../src/index.ts'
import { freshNamespace } from './support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)

/*
 * The promise is two seconds. A machine that tests everything at once is late by itself, so a run is held to twice that;
 * what was measured is printed.
 */
const boundMs = 4_000

type Client = (RedisClient | RedisClusterClient) & {
  disconnect(): void
  on(event: 'error', listener: () => void): unknown
}

interface Process {
  readonly keyring: Keyring<'lab:use' | 'keys:manage'>
  create(): Promise<{ readonly key: { readonly id: string }; readonly token: string }>
  revoke(id: string): Promise<unknown>
}

/** A keyring as a host has it, on a client with default options. */
function start(client: Client, namespace: string): Process {
  client.on('error', () => {})
  const keyring = createKeyring({
    prefix: 'lab',
    store: redisStore(client, { namespace, allowVolatileStore: true }),
    permissions: definePermissions({ lab: ['use'] }),
    defaultPermissions: ['lab:use'],
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
  })
  onTestFinished(async () => {
    await keyring.close().catch(() => {})
    client.disconnect()
  })
  const keys = keyring.as(systemActor('lab'))
  return {
    keyring,
    create: () => keys.create({ name: 'Lab', environment: 'ci', owner: { type: 'user', id: 'ada' } }),
    revoke: (id) => keys.revoke(id),
  }
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

async function until(isSo: () => Promise<boolean>, patienceMs = 30_000): Promise<void> {
  const giveUpAt = Date.now() + patienceMs
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > giveUpAt) throw new Error('What the test waits for does not happen.')
    await delay(20)
  }
}

/** How long after now a key that no one has cached is accepted, and a revocation stored. */
async function recovery({ keyring, revoke }: Process, cold: string, doomed: string, name: string): Promise<number> {
  const from = Date.now()
  await until(async () => (await keyring.verify(cold)).ok)
  await until(async () => (await revoke(doomed)) !== undefined)
  const tookMs = Date.now() - from
  process.stdout.write(`${name}: correct ${tookMs} ms after the promotion\n`)
  return tookMs
}

async function roleOf(url: string): Promise<string> {
  const client = new Redis(url)
  try {
    return String(((await client.call('ROLE')) as unknown[])[0])
  } finally {
    client.disconnect()
  }
}

const sentinelClients = [
  ['ioredis 6', (options: object) => new Redis(options)],
  ['ioredis 5', (options: object) => new Redis5(options)],
] as const

for (const [version, connect] of sentinelClients) {
  const group = await serverOrSkip('Redis Sentinel', startRedisSentinel)

  group.describe(`a primary that freezes and is replaced by Sentinel, with ${version} and its default options`, () => {
    test('is left for the new one', async () => {
      const { primary, replica, sentinel, name } = group.server()
      const client = connect({ sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name })
      const host = start(client, freshNamespace())
      const [cold, doomed] = [await host.create(), await host.create()]
      await delay(500)
      primary.pause()
      onTestFinished(() => primary.resume())
      await until(async () => (await roleOf(replica.url)) === 'master')
      expect(await recovery(host, cold.token, doomed.key.id, `Sentinel, ${version}`)).toBeLessThan(boundMs)
    }, 60_000)
  })
}

const clusterClients = [
  ['ioredis 6', (urls: readonly string[]) => new Cluster([...urls])],
  ['ioredis 5', (urls: readonly string[]) => new Cluster5([...urls])],
] as const

for (const [version, connect] of clusterClients) {
  const group = await serverOrSkip('Redis Cluster', () => startRedisCluster({ replica: true }))

  group.describe(`a master of a cluster that freezes and is replaced, with ${version} and its default options`, () => {
    test('is left for the new one', async () => {
      const { nodes, replica, urls } = group.server()
      const [first] = nodes
      if (first === undefined || replica === undefined) throw new Error('There is no replica')
      const host = start(connect(urls), await namespaceOn(first.url))
      const [cold, doomed] = [await host.create(), await host.create()]
      await delay(500)
      first.pause()
      onTestFinished(() => first.resume())
      await until(async () => (await roleOf(replica.url)) === 'master')
      expect(await recovery(host, cold.token, doomed.key.id, `Cluster, ${version}`)).toBeLessThan(boundMs)
    }, 60_000)
  })
}

/** A namespace whose slot the first node of a cluster serves. */
async function namespaceOn(url: string): Promise<string> {
  const client = new Redis(url)
  try {
    for (;;) {
      const namespace = freshNamespace()
      if (Number(await client.call('CLUSTER', 'KEYSLOT', `{${namespace}}`)) <= 5_460) return namespace
    }
  } finally {
    client.disconnect()
  }
}

/** A network whose open connections can be made to swallow everything, while new ones work. */
async function network(port: number): Promise<{ readonly url: string; swallow(): void }> {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connectTo(port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {})
      from.on('data', (bytes) => open.has(client) && to.write(bytes))
      from.on('close', () => open.has(client) && to.destroy())
    }
    open.add(client)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, swallow: () => open.clear() }
}

redis.describe('a connection', () => {
  test.each([
    ['ioredis 6', (url: string) => new Redis(url)],
    ['ioredis 5', (url: string) => new Redis5(url)],
    [
      'ioredis 6, as the guide recommends',
      (url: string) => new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
    ],
  ] as const)(
    'that swallows everything is cut and made again: %s',
    async (name, connect) => {
      const { url, swallow } = await network(redis.server().port)
      const client = connect(url)
      await new Promise<void>((resolve) => {
        client.once('ready', () => resolve())
      })
      const host = start(client, freshNamespace())
      const [cold, doomed] = [await host.create(), await host.create()]
      swallow()
      expect(await recovery(host, cold.token, doomed.key.id, `half-open, ${name}`)).toBeLessThan(boundMs)
    },
    60_000,
  )
})

redis.describe('a server that comes up late', () => {
  test.each([
    ['ioredis 6', (url: string) => new Redis(url)],
    ['ioredis 5', (url: string) => new Redis5(url)],
  ] as const)(
    'is found within two seconds by %s with its default options',
    async (name, connect) => {
      const server = await startRedis()
      if (server === undefined) throw new Error('Redis is not installed')
      onTestFinished(() => server.stop())
      const first = start(new Redis(server.url), 'late')
      const { token } = await first.create()
      await server.kill()
      const host = start(connect(server.url), 'late')
      const state = { isRunning: true }
      const asking = (async () => {
        while (state.isRunning) {
          await host.keyring.verify(token).catch(() => {})
          await delay(20)
        }
      })()
      await delay(6_000)
      await server.restart()
      const from = Date.now()
      await until(async () => (await host.keyring.verify(token)).ok)
      const tookMs = Date.now() - from
      state.isRunning = false
      await asking
      process.stdout.write(`late, ${name}: correct after ${tookMs} ms\n`)
      expect(tookMs).toBeLessThan(boundMs)
    },
    60_000,
  )
})

redis.describe('keys in use', () => {
  test('are accepted all the time while connections are killed in a loop', async () => {
    const admin = new Redis(redis.server().url)
    onTestFinished(() => admin.disconnect())
    const client = new Redis(redis.server().url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
    await new Promise<void>((resolve) => {
      client.once('ready', () => resolve())
    })
    const { create, keyring } = start(client, freshNamespace())
    const tokens: string[] = []
    for (let index = 0; index < 20; index += 1) tokens.push((await create()).token)
    for (const token of tokens) await keyring.verify(token)
    const answers = { ok: 0, failed: 0 }
    let kills = 0
    const endsAt = Date.now() + 15_000
    const killing = (async () => {
      for (; Date.now() < endsAt; await delay(160)) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        kills += 1
      }
    })()
    for (; Date.now() < endsAt; await delay(20)) {
      for (const token of tokens) {
        const isGood = await keyring.verify(token).then(
          ({ ok }) => ok,
          () => false,
        )
        answers[isGood ? 'ok' : 'failed'] += 1
      }
    }
    await killing
    process.stdout.write(`killed ${kills} times: ${answers.ok} accepted, ${answers.failed} not\n`)
    expect(kills).toBeGreaterThan(50)
    expect(answers).toMatchObject({ failed: 0 })
  }, 60_000)
})

redis.describe('a server that is emptied under a running process', () => {
  test('makes no good key wrong, takes no change, and is a first store only to a new process', async () => {
    const server = await startRedis()
    if (server === undefined) throw new Error('Redis is not installed')
    onTestFinished(() => server.stop())
    const admin = new Redis(server.url)
    onTestFinished(() => admin.disconnect())
    const host = start(new Redis(server.url), 'emptied')
    const [known, cold] = [await host.create(), await host.create()]
    await host.keyring.verify(known.token)
    await admin.call('FLUSHALL')
    const outcomes = new Set<string>()
    for (const endsAt = Date.now() + 7_000; Date.now() < endsAt; await delay(50)) {
      for (const { token } of [known, cold]) {
        const outcome = await host.keyring.verify(token).then(
          (verification) => (verification.ok ? 'ok' : verification.code),
          (error: { readonly code: string }) => error.code,
        )
        outcomes.add(outcome)
      }
    }
    expect(outcomes).toEqual(new Set(['ok', 'ERR_CLAVIGER_UNAVAILABLE']))
    await expect(host.create()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
    await expect(host.revoke(cold.key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    expect((await admin.keys('*')).filter((name) => name.includes(':head'))).toEqual([])
    const fresh = start(new Redis(server.url), 'emptied')
    const { token } = await fresh.create()
    expect(await fresh.keyring.verify(token)).toMatchObject({ ok: true })
    await expect(host.keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  }, 60_000)
})
