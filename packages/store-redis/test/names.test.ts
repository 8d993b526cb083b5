import { idempotencyId } from '@claviger/core/store'
import { serverOrSkip, startRedisCluster } from '@claviger/test-servers'
import {
  insertKey,
  testChange,
  testKeyId,
  testRecord,
  testServiceAccount,
  testUsageEntry,
  updateKey,
} from '@claviger/testing'
import fc from 'fast-check'
import { Cluster } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { redisStore } from '../src/index.ts'
import { escaped, keyNames, unescaped } from '../src/names.ts'
import { freshNamespace, namesIn, start } from './support/fixtures.ts'

const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.constantFrom(
    'key',
    ':',
    'by-owner:x',
    '{a}',
    '}',
    '"',
    '\\',
    'a:b',
    'head',
    '\ud800',
    '\ufffd',
    '["w","user","x"]',
  ),
)
const names = keyNames('n')

describe('names', () => {
  test('never mean two things, whatever the ids are', () => {
    const makers: readonly ((id: string, other: string) => string)[] = [
      () => names.head,
      () => names.log,
      () => names.channel,
      () => names.revokedKeys,
      () => names.deletedServiceAccounts,
      () => names.idempotencyByAge,
      () => names.activityWorkspaces,
      // Only ids of their form get so far.
      (id) => names.key(keyIdOf(id)),
      (id) => names.lastUsed(keyIdOf(id)),
      names.serviceAccount,
      names.usedBatch,
      names.byCreation,
      names.bySecretAge,
      names.byExpiry,
      names.byLastUse,
      names.neverUsed,
      names.ownerGone,
      names.serviceAccounts,
      names.activity,
      (id, other) => names.byOwner(id, { type: 'user', id: other }),
      (id, other) => names.byOwner(id, { type: 'service', id: other }),
      (id, other) => names.idempotency(idempotencyIdOf(id, other)),
      (id) => names.usageShard(id).counts(id, 7),
      (id) => names.usageShard(id).dayCounts(id, 7),
      (id) => names.usageShard(id).totals(id, 7),
      (id) => names.usageShard(id).busiest(id, 7),
      (id) => names.usageShard(id).days(id),
      (id) => names.usageShard(id).lastHours(id),
      (id) => names.usageShard(id).batch(id),
      (id) => names.usageShard(id).daysByAge,
      (id, other) => names.usageShard(id).callers(id, other),
      (id) => names.usageShard(id).callersByAge,
    ]
    fc.assert(
      fc.property(text, text, text, text, (id, other, id2, other2) => {
        const given = makers.map((make) => make(id, other))
        const others = makers.map((make) => make(id2, other2))
        expect(new Set(given).size).toBe(makers.length)
        for (const [index, name] of given.entries()) {
          expect(Buffer.from(name).toString()).toBe(name)
          for (const [otherIndex, otherName] of others.entries()) {
            if (index !== otherIndex) expect(otherName).not.toBe(name)
          }
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('differ when an id differs, and hold it so that it can be read back', () => {
    fc.assert(
      fc.property(text, text, (one, two) => {
        expect(unescaped(escaped(one))).toBe(one)
        fc.pre(one !== two)
        for (const make of [names.serviceAccount, names.usedBatch, names.byCreation, names.activity]) {
          expect(make(one)).not.toBe(make(two))
        }
        expect(names.byOwner(one, { type: 'user', id: two })).not.toBe(names.byOwner(two, { type: 'user', id: one }))
        expect(names.usageShards[0]?.callers(one, two)).not.toBe(names.usageShards[0]?.callers(two, one))
        expect(names.idempotency(idempotencyIdOf(one, two))).not.toBe(names.idempotency(idempotencyIdOf(two, one)))
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  test('of two namespaces never meet, even when one begins with the other', () => {
    const [one, two] = [keyNames('acme'), keyNames('acme-2')]
    expect(two.head.startsWith(one.head.slice(0, -5))).toBe(false)
    expect(one.usageShards.map(({ daysByAge }) => daysByAge)).not.toContain(two.usageShards[0]?.daysByAge)
  })
})

cluster.describe('everything the store writes', () => {
  test('is in the slot of its namespace, but for the usage, which has slots of its own', async () => {
    const client = new Cluster([...cluster.server().urls])
    const namespace = freshNamespace()
    const store = redisStore(client, { namespace })
    const record = testRecord({ workspaceId: '{hostile}', expiresAt: start, ownerGoneAt: start })
    const account = testServiceAccount({ id: '}{', workspaceId: '{hostile}', deletedAt: start })
    await store.commit(
      testChange({ writes: [insertKey(record), { type: 'serviceAccount', record: account, expectedRevision: 0 }] }),
    )
    await store.commit(testChange({ writes: [updateKey(record, { revokedAt: start })] }))
    const entries = Array.from({ length: 64 }, (_, index) => testUsageEntry({ workspaceId: `ws{${index}}` }))
    await store.addUsage({
      instanceId: '{i}',
      sequence: 1,
      entries: [...entries, testUsageEntry({ workspaceId: record.workspaceId })],
    })
    const called = { version: 1, network: null, agent: null, lastUsedAt: start }
    await store.addCallers(entries.map(({ workspaceId }) => ({ workspaceId, keyId: '}{', ...called })))

    const written = (await Promise.all(client.nodes('master').map((node) => namesIn(node, namespace)))).flat()
    const slots = new Map<string, Set<unknown>>()
    for (const name of written) {
      const [tag = ''] = /^\{[^}]+\}/.exec(name) ?? []
      slots.set(tag, (slots.get(tag) ?? new Set()).add(await client.call('CLUSTER', 'KEYSLOT', name)))
    }
    const main = `{${namespace}}`
    expect([...slots.keys()].every((tag) => tag === main || /^\{[\w-]+:usage:\d+\}$/.test(tag))).toBe(true)
    expect([...slots.values()].every((ofTag) => ofTag.size === 1)).toBe(true)
    expect(slots.size).toBeGreaterThan(8)
    expect(written).toContain(`${main}:key:${testKeyId(1)}`)
    expect(written.filter((name) => name.includes(':callers:'))).toHaveLength(64)
    client.disconnect()
  })
})

/** A key id that says the same as a text in 16 base62 characters, as far as they go. */
function keyIdOf(id: string): string {
  return Buffer.from(id).toString('hex').slice(0, 16).padEnd(16, '0')
}

function idempotencyIdOf(workspaceId: string, key: string): string {
  return idempotencyId({
    workspaceId,
    actor: { type: 'user', id: key },
    idempotencyKey: key,
    requestHash: '',
    keyId: testKeyId(1),
    createdAt: 0,
  })
}
