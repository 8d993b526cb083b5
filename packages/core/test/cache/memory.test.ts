import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { memoryStore } from '@claviger/store-memory'
import { testClock, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createWorkQueue } from '../../src/bounds/work-queue.ts'
import { createHashing } from '../../src/hashing/hashing.ts'
import { createKeyring, definePermissions, hmacSha256 } from '../../src/index.ts'
import { decodeKeyRecord } from '../../src/store/record-codec.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import { formatToken } from '../../src/token/token.ts'
import { pepper, setUp } from '../support/set-up.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapUsed(): number {
  for (let turn = 0; turn < 4; turn += 1) collect()
  return process.memoryUsage().heapUsed
}

const actions = Array.from({ length: 300 }, (_, index) => `${'a'.repeat(50)}-${index}`)
const permissions = definePermissions({ ['r'.repeat(60)]: actions })
const names = [...permissions.names].slice(0, 256)

/** A token of an id of this number. */
function tokenOf(index: number): string {
  const id = String(index).padStart(16, '0')
  return formatToken({ prefix: 'acme', environment: 'production', id, secret: 'S'.repeat(43) })
}

/** The most that may be written of metadata: 4 096 bytes of JSON, in notes of such a text. */
function notes(prefix: string, text: string, most: number): Record<string, string> {
  const metadata: Record<string, string> = {}
  for (let index = 0; index < most; index += 1) {
    const more = { ...metadata, [`${prefix}${index}`]: text }
    if (Buffer.byteLength(JSON.stringify(more)) > 4_096) break
    Object.assign(metadata, more)
  }
  return metadata
}

const fattest: Readonly<Record<string, (index: number) => Partial<KeyRecord>>> = {
  'few long notes, of two bytes a character in memory': (index) => ({
    name: '\u0100'.repeat(128),
    metadata: notes(`note of ${index} `, `\u0100${'x'.repeat(980)}`, 32),
  }),
  'nothing to say': () => ({}),
  'an expiry': (index) => ({ expiresAt: 4_102_444_800_000 + index }),
  'many short notes, named alike': () => ({ metadata: notes('note ', 'x'.repeat(100), 32) }),
  'many short notes, named differently in each key': (index) => ({
    metadata: notes(`${index} and a name as long as it may be, or nearly `, '\u0100', 32),
  }),
  'as many permissions as there may be, each by name': (index) => ({
    permissions: names.toSpliced(index % 256, 1).toSorted(),
  }),
  'as many grants as there may be, of permissions that are not declared any more': (index) => ({
    permissions: Array.from({ length: 256 }, (_, grant) => `${'o'.repeat(50)}${grant}:${'x'.repeat(50)}${index}`),
  }),
  'owners and workspaces of their own': (index) => ({
    workspaceId: `${'\u0100'.repeat(200)} ${index}`,
    owner: { type: 'user', id: `${'\u0100'.repeat(200)} ${index}` },
  }),
}

// What a key takes at most; less where it has little to say.
const most = (name: string): number => (name === 'nothing to say' || name === 'an expiry' ? 900 : 1_600)

// The default bound with the fattest; a fifth of it with the others, which takes a fifth of the time.
const cases = Object.entries(fattest).map(([name, fat], index) => ({ name, fat, count: index === 0 ? 10_000 : 2_000 }))

describe('what keys in use take', () => {
  test.each(cases)('is within the bound where $count have $name', { timeout: 60_000 }, async ({ name, fat, count }) => {
    const hasher = hmacSha256({ pepper })
    const idle = createWorkQueue(
      { works: 'hashes', concurrency: 1, capacity: { verify: 0, make: 0, rehash: 0 }, waitMs: 1 },
      testClock(),
    )
    const hashing = createHashing(hasher, idle)
    // Read as from a database: nothing of a record is shared with another.
    const recordOf = async (index: number): Promise<KeyRecord> => {
      const stored = await hashing.protect(tokenOf(index), 'ws', 'make')
      const record = testRecord({ id: String(index).padStart(16, '0'), ...fat(index) })
      const whole = { ...record, secrets: [{ ...record.secrets[0], ...stored }] }
      return decodeKeyRecord(JSON.stringify(whole))
    }
    const keyring = createKeyring({
      prefix: 'acme',
      permissions,
      owners: 'unbounded',
      hasher,
      recordAgeMs: 3_600_000,
      usage: false,
      cache: { maxEntries: count },
      store: {
        ...memoryStore(),
        find: async (ids) =>
          new Map(await Promise.all(ids.map(async (id) => [id, await recordOf(Number(id))] as const))),
      },
    })
    await keyring.ready()
    // What is compiled and shared by all is no key's.
    for (let index = count; index < count + 200; index += 1) await keyring.verify(tokenOf(index))
    const before = heapUsed()
    let accepted = 0
    for (let index = 0; index < count; index += 1) if ((await keyring.verify(tokenOf(index))).ok) accepted += 1
    const taken = heapUsed() - before
    await keyring.close()
    expect(accepted).toBe(count)
    expect(taken).toBeLessThan(most(name) * count)
    expect(taken).toBeLessThan(keyring.guarantees().memory.cacheBytes)
  })

  test('is not made more by refusals than they have room for', async () => {
    const { keyring, keys, create } = setUp({
      cache: { maxNegatives: 1_000 },
      recordAgeMs: 3_600_000,
      usage: false,
    })
    const dead: string[] = []
    for (let index = 0; index < 2_000; index += 1) {
      const { key, token } = await create()
      await keys.revoke(key.id)
      dead.push(token)
    }
    const verifyAll = async (tokens: readonly string[]): Promise<void> => {
      for (const token of tokens) expect((await keyring.verify(token)).ok).toBe(false)
    }
    await verifyAll(dead.slice(0, 10))
    const { cacheBytes } = keyring.guarantees().memory
    const before = heapUsed()
    await verifyAll(dead)
    await verifyAll(Array.from({ length: 2_000 }, (_, index) => tokenOf(10_000 + index)))
    const taken = heapUsed() - before
    await keyring.close()
    expect(cacheBytes - setUp({ cache: { maxNegatives: 1 } }).keyring.guarantees().memory.cacheBytes).toBeGreaterThan(
      taken,
    )
  })
})
