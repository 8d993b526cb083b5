import { readFileSync } from 'node:fs'
import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import { type Activity, ConfigurationError } from '@claviger/core/store'
import { dayMs, hourMs } from '@claviger/core/store'
import { serverOrSkip, startRedis, startRedisCluster } from '@claviger/test-servers'
import { insertKey, testChange, testRecord, testUsageEntry, updateKey } from '@claviger/testing'
import { Cluster, Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type RedisStore, redisStore, type RedisStoreOptions } from '../../src/index.ts'
import { freshNamespace, namesIn, rejection, start } from '../support/fixtures.ts'

const redis = await serverOrSkip('Redis', startRedis)
const other = await serverOrSkip('Redis', startRedis)
const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)

redis.describe('ready', () => {
  const clients: Redis[] = []
  const stores: RedisStore[] = []
  const connect = (url: string): Redis => {
    const client = new Redis(url)
    clients.push(client)
    return client
  }
  const storeOn = (url: string, options: RedisStoreOptions = {}): RedisStore => {
    const client = connect(url)
    const store = redisStore(client, { namespace: freshNamespace(), ...options })
    stores.push(store)
    return store
  }
  const configure = async (name: string, value: string): Promise<unknown> =>
    connect(redis.server().url).call('CONFIG', 'SET', name, value)

  beforeEach(() => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const store of stores.splice(0)) await store.close()
    for (const client of clients.splice(0)) client.disconnect()
  })

  test('passes on a server that keeps what it is given, without a warning', async () => {
    await storeOn(redis.server().url).ready()
    expect(process.emitWarning).not.toHaveBeenCalled()
  })

  test.each([
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
    ['maxmemory-policy', 'volatile-lru', 'noeviction'],
    ['appendonly', 'no', 'yes'],
  ])('refuses %s %s, and passes when that is allowed', async (name, bad, good) => {
    await configure(name, bad)
    try {
      const error = await rejection(storeOn(redis.server().url).ready())
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({
        option: 'allowVolatileStore',
        message: expect.stringContaining(`${name} is ${bad}`),
      })
      await storeOn(redis.server().url, { allowVolatileStore: true }).ready()
    } finally {
      await configure(name, good)
    }
  })

  test('reads INFO where CONFIG is forbidden, and warns once', async () => {
    const admin = connect(redis.server().url)
    await admin.call('ACL', 'SETUSER', 'limited', 'on', '>secret', '+@all', '-config', '~*', '&*')
    const url = redis.server().url.replace('://', '://limited:secret@')
    try {
      const store = storeOn(url)
      await store.ready()
      await store.ready()
      expect(process.emitWarning).toHaveBeenCalledOnce()
      expect(process.emitWarning).toHaveBeenCalledWith(expect.stringContaining('INFO'), 'ClavigerWarning')
      await configure('maxmemory-policy', 'allkeys-random')
      await expect(store.ready()).rejects.toMatchObject({ option: 'allowVolatileStore' })
      await configure('maxmemory-policy', 'noeviction')
      // ioredis itself complains on the console that it may not ask.
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      await admin.call('ACL', 'SETUSER', 'limited', '-info')
      await expect(storeOn(url).ready()).rejects.toMatchObject({ message: expect.stringContaining('unknown') })
      await storeOn(url, { allowVolatileStore: true }).ready()
    } finally {
      await configure('maxmemory-policy', 'noeviction')
      await admin.call('ACL', 'DELUSER', 'limited')
    }
  })

  test('works with what the guide says an ACL user needs, and nothing more', async () => {
    const admin = connect(redis.server().url)
    const namespace = freshNamespace()
    await admin.call('ACL', 'SETUSER', 'least', ...rulesOfTheGuide(namespace))
    try {
      const store = storeOn(redis.server().url.replace('://', '://least:secret@'), { namespace })
      await store.ready()
      await doesEverything(store)
    } finally {
      await admin.call('ACL', 'DELUSER', 'least')
    }
  })

  describe('each right that the guide lists is needed', () => {
    const rights = rulesOfTheGuide('any').filter((rule) => rule.startsWith('+'))

    test.each(rights)('%s', async (right) => {
      const admin = connect(redis.server().url)
      const namespace = freshNamespace()
      const rules = rulesOfTheGuide(namespace).filter((rule) => rule !== right)
      await admin.call('ACL', 'SETUSER', 'lacking', 'reset', ...rules)
      // ioredis itself complains on the console that it may not ask INFO.
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      try {
        const url = redis.server().url.replace('://', '://lacking:secret@')
        const keyring = keyringOn(storeOn(url, { namespace }))
        const told = await toldBy(keyring)
        expect(told).toContain(right.toUpperCase().slice(1).replace('|', ' '))
        expect(told).toContain(right)
        await keyring.close()
      } finally {
        await admin.call('ACL', 'DELUSER', 'lacking')
      }
    })

    test.each([
      ['the names of keys', '~{NS}:*', '~{NS}:key:*'],
      ['the names of counts', '~{NS:usage:*', '~{NS:usage:0}:*'],
      ['all names, for reading only', '~{NS}:*', '%R~{NS}:*'],
    ])('%s', async (_, whole, part) => {
      const admin = connect(redis.server().url)
      const namespace = freshNamespace()
      const named = (pattern: string): string => pattern.replace('NS', namespace)
      const rules = rulesOfTheGuide(namespace).map((rule) => (rule === named(whole) ? named(part) : rule))
      await admin.call('ACL', 'SETUSER', 'lacking', 'reset', ...rules)
      try {
        const store = storeOn(redis.server().url.replace('://', '://lacking:secret@'), { namespace })
        await expect(store.ready()).rejects.toMatchObject({
          code: 'ERR_CLAVIGER_CONFIGURATION',
          message: expect.stringContaining(named(whole)),
        })
      } finally {
        await admin.call('ACL', 'DELUSER', 'lacking')
      }
    })
  })

  test('leaves nothing behind but the head, also when many start at once', async () => {
    const namespace = freshNamespace()
    const many = Array.from({ length: 8 }, () => storeOn(redis.server().url, { namespace }))
    await Promise.all(many.map(async (store) => store.ready()))
    expect((await namesIn(connect(redis.server().url), namespace)).toSorted()).toEqual([
      `{${namespace}}:head`,
      `{${namespace}}:log`,
    ])
    expect((await many[0]?.poll(null))?.head.epoch).toBe(0)
  })

  test('refuses a client that does not give replies as they are', async () => {
    const client = connect(redis.server().url)
    const changed = new Proxy(client, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (name !== 'call') return typeof member === 'function' ? member.bind(target) : member
        return async (...args: [string, ...string[]]) => {
          const reply: unknown = await target.call(...args)
          return args[0] === 'MGET' ? (reply as (string | null)[]).map((text) => text?.toUpperCase() ?? null) : reply
        }
      },
    })
    await expect(redisStore(changed, { namespace: freshNamespace() }).ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('did not come back as it was'),
    })
  })

  test('passes when memory is full: verifying goes on, and so does revoking', async () => {
    const namespace = freshNamespace()
    const first = storeOn(redis.server().url, { namespace })
    await first.ready()
    await configure('maxmemory', '1')
    try {
      await storeOn(redis.server().url, { namespace }).ready()
    } finally {
      await configure('maxmemory', '0')
    }
  })

  describe('a user without a channel, as Redis 7 makes them', () => {
    const actor = systemActor('ws_acme')
    const owner = { type: 'user', id: 'ada' } as const
    let url: string
    let namespace: string

    beforeEach(async () => {
      namespace = freshNamespace()
      url = redis.server().url.replace('://', '://deaf:secret@')
      await connect(redis.server().url).call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '+@all', 'resetchannels')
    })
    afterEach(async () => {
      await connect(redis.server().url).call('ACL', 'DELUSER', 'deaf')
    })

    test.each([
      ['with a bus', {}],
      ['without one', { subscriber: false as const }],
    ])('changes are told as stored, %s', async (_, options) => {
      const keyring = keyringOn(storeOn(url, { namespace, ...options }))
      const keys = keyring.as(actor)
      await keyring.ready()
      const { key, token } = await keys.create({ name: 'A', environment: 'ci', owner })
      const account = await keys.serviceAccounts.create({ name: 'Bot', permissions: [] })
      await keyring.ownerChanged({ workspaceId: 'ws_acme', owner })
      await keys.serviceAccounts.update(account.id, { name: 'Robot' })
      await keys.revoke(key.id)
      expect(await keyring.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
      expect((await keys.serviceAccounts.list()).items).toHaveLength(1)
      expect(keyring.guarantees().bus).toBe(false)
      await keyring.close()
    })

    test('ready() passes, warns once with the rules to add, and guarantees and health say so', async () => {
      const keyring = keyringOn(storeOn(url, { namespace }))
      await keyring.ready()
      const [warning = ''] = vi.mocked(process.emitWarning).mock.calls.map(([text]) => String(text))
      expect(process.emitWarning).toHaveBeenCalledOnce()
      expect(warning).toContain(`&{${namespace}}:bus`)
      const { bus, limits } = keyring.guarantees()
      expect(bus).toBe(false)
      expect(limits).toHaveLength(1)
      expect(warning).toContain(limits[0])
      expect(keyring.health()).toMatchObject({ ok: true, bus: 'refused' })
      await keyring.close()
    })

    test('without a bus there is nothing to warn of', async () => {
      const keyring = keyringOn(storeOn(url, { namespace, subscriber: false }))
      await keyring.ready()
      expect(process.emitWarning).not.toHaveBeenCalled()
      expect(keyring.health()).toMatchObject({ ok: true, bus: 'none' })
      await keyring.close()
    })

    test('who may listen but not publish is told when that changes, and when it changes back', async () => {
      const admin = connect(redis.server().url)
      const store = storeOn(url, { namespace, subscriber: connect(redis.server().url) })
      await store.ready()
      const told: (string | null)[] = []
      await store.subscribe?.({ message() {}, down() {}, up() {}, mute: (reason) => void told.push(reason) })
      await store.commit(testChange())
      expect(told).toEqual([expect.stringContaining('+publish')])
      await admin.call('ACL', 'SETUSER', 'deaf', `&{${namespace}}:bus`)
      await store.commit(testChange())
      expect(told).toEqual([expect.stringContaining('+publish'), null])
    })
  })

  test('a message names the command that was refused, in a script and outside', async () => {
    const admin = connect(redis.server().url)
    const namespace = freshNamespace()
    const rules = ['on', '>secret', '~*', '&*', '+@all']
    await admin.call('ACL', 'SETUSER', 'later', 'reset', ...rules)
    try {
      const store = storeOn(redis.server().url.replace('://', '://later:secret@'), { namespace })
      await store.ready()
      await admin.call('ACL', 'SETUSER', 'later', '-zadd', '-mget')
      const write = store.commit(testChange({ activity: [activityEntry] }))
      expect(await rejection(write)).toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        message: expect.stringMatching(/refused ZADD \(in a script of the store\): NOPERM/),
      })
      expect(await rejection(store.find([testRecord().id]))).toMatchObject({
        message: expect.stringMatching(/refused MGET\b.*: NOPERM/),
      })
    } finally {
      await admin.call('ACL', 'DELUSER', 'later')
    }
  })

  test('refuses a replica', async () => {
    const replica = connect(other.server().url)
    await configure('repl-diskless-sync-delay', '0')
    await replica.call('REPLICAOF', '127.0.0.1', String(redis.server().port))
    try {
      // With a head, so that nothing has to be written first.
      const namespace = freshNamespace()
      await storeOn(redis.server().url, { namespace }).poll(null)
      await expect.poll(async () => replica.exists(`{${namespace}}:head`), { timeout: 10_000 }).toBe(1)
      await expect(storeOn(other.server().url, { namespace }).ready()).rejects.toMatchObject({
        option: 'client',
        message: expect.stringContaining('replica'),
      })
    } finally {
      await replica.call('REPLICAOF', 'NO', 'ONE')
    }
  })
})

cluster.describe('ready, on a cluster', () => {
  let client: Cluster

  afterEach(() => client.disconnect())

  test('passes when every master keeps what it is given', async () => {
    client = new Cluster([...cluster.server().urls])
    await redisStore(client, { namespace: freshNamespace() }).ready()
  })

  test('refuses when one of the masters does not', async () => {
    client = new Cluster([...cluster.server().urls])
    for (const { url } of cluster.server().nodes) {
      const node = new Redis(url)
      await node.call('CONFIG', 'SET', 'appendonly', 'no')
      await expect(redisStore(client, { namespace: freshNamespace() }).ready()).rejects.toMatchObject({
        option: 'allowVolatileStore',
      })
      await node.call('CONFIG', 'SET', 'appendonly', 'yes')
      node.disconnect()
    }
  })

  test('works with what the guide says an ACL user needs there, and nothing more', async () => {
    const namespace = freshNamespace()
    const nodes = cluster.server().nodes.map(({ url }) => new Redis(url))
    const rules = [...rulesOfTheGuide(namespace), '+cluster|slots', '+cluster|info']
    for (const node of nodes) await node.call('ACL', 'SETUSER', 'least', ...rules)
    client = new Cluster([...cluster.server().urls], { redisOptions: { username: 'least', password: 'secret' } })
    try {
      await doesEverything(redisStore(client, { namespace }))
    } finally {
      for (const node of nodes) await node.call('ACL', 'DELUSER', 'least')
      for (const node of nodes) node.disconnect()
    }
  })

  test('refuses a client that reads from replicas', async () => {
    client = new Cluster([...cluster.server().urls], { scaleReads: 'slave' })
    await expect(redisStore(client, { namespace: freshNamespace() }).ready()).rejects.toMatchObject({
      option: 'client',
      message: expect.stringContaining('scaleReads'),
    })
  })
})

/** Calls whatever sends a command of its own, and closes the store. */
async function doesEverything(store: RedisStore): Promise<void> {
  const record = testRecord({ owner: { type: 'user', id: 'ada' } })
  const query = { workspaceId: 'ws_acme', at: start, limit: 1 }
  const range = { workspaceId: 'ws_acme', from: start, to: start + 1, bucket: 'hour' } as const
  await store.ready()
  await store.subscribe?.({ message() {}, down() {}, up() {} })
  await store.commit(testChange({ writes: [insertKey(record)], activity: [activityEntry] }))
  await store.addUsage({ instanceId: 'i', sequence: 1, entries: [testUsageEntry()] })
  await store.addUsage({ instanceId: 'i', sequence: 2, entries: [testUsageEntry()] })
  expect((await store.list({ ...query, ownerIds: ['ada'] })).items).toHaveLength(1)
  expect(
    (await store.list({ ...query, attention: [{ type: 'unused', lastUsedBefore: start + 1 }] })).items,
  ).toHaveLength(1)
  expect((await store.activity(query)).items).toHaveLength(1)
  expect(await store.usage(range)).toHaveLength(1)
  expect(await store.usage({ ...range, keyId: record.id })).toHaveLength(1)
  expect((await store.services({ ...query, ids: ['none'] })).items).toEqual([])
  // Read before, so that the script meets a change and looks for its own.
  const [one, two] = [updateKey(record, { name: 'One' }), updateKey(record, { name: 'Two' })]
  const results = await Promise.all([one, two].map((write) => store.commit(testChange({ writes: [write] }))))
  expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  const current = (await store.find([record.id])).get(record.id)
  if (current === undefined || current === 'corrupt') throw new Error('expected the key to be there')
  await store.commit(testChange({ writes: [updateKey(current, { revokedAt: start })] }))
  for (const to of [start + hourMs, start + dayMs]) {
    expect((await store.busiest({ workspaceId: 'ws_acme', from: start, to, limit: 1 })).keys).toHaveLength(1)
  }
  const limits = { revokedKeysBefore: start + 1, activityBefore: start + 1, usageBefore: start + dayMs }
  while ((await store.purge(limits)) === 'more');
  await store.close()
}

const activityEntry: Activity = {
  id: 'a1',
  workspaceId: 'ws_acme',
  at: start,
  actor: { type: 'user', id: 'ada' },
  action: 'key.created',
  target: { type: 'key', id: testRecord().id },
  before: null,
  after: null,
  origin: null,
}

function keyringOn(store: RedisStore): Keyring {
  return createKeyring({
    prefix: 'acme',
    store,
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
  })
}

/** What `ready()` says is missing: by rejecting, or, where the store works without, by a warning. */
async function toldBy(keyring: Keyring): Promise<string> {
  const refusal = await keyring.ready().then(
    () => undefined,
    (error: unknown) => String(error),
  )
  return (
    refusal ??
    vi
      .mocked(process.emitWarning)
      .mock.calls.map(([text]) => String(text))
      .join(' ')
  )
}

/** The rules in the guide, for another namespace. */
function rulesOfTheGuide(namespace: string): readonly string[] {
  const guide = readFileSync(new URL('../../../../docs/guides/redis.md', import.meta.url), 'utf8')
  const [, , rules = ''] = /ACL SETUSER (\S+) ([^`]+)/.exec(guide) ?? []
  return rules.replaceAll('{claviger', `{${namespace}`).trim().split(/\s+/)
}
