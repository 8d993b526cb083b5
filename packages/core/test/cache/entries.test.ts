import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBucketOf } from '../../src/cache/bucket.ts'
import { createEntries, type Entries, type EntryLimits, type Fill } from '../../src/cache/entries.ts'
import type { Accepted, Verification } from '../../src/verification/verification.ts'

const bucketOf = createBucketOf(1, 2)

function entriesOf(maxEntries: number, more: Partial<EntryLimits> = {}): Entries {
  const limits = { maxEntries, maxBytes: 1_000_000, maxRefused: maxEntries, idleMs: 600_000, ...more }
  return createEntries(limits, bucketOf)
}

/** A good verification; the parts of it that entries look at. */
function accepted(workspaceId: string, owner: string): Accepted {
  const apiKey = { workspaceId, owner: { type: 'user', id: owner } } as Accepted['apiKey']
  return { ok: true, apiKey, endsAt: null }
}

const verification: Verification = accepted('ws_acme', 'ada')
const fill = (digest: string, keyId = 'k', proof = `proof of ${digest}`): Fill => ({
  digest,
  keyId,
  workspaceId: 'ws_acme',
  owner: 'owner ada',
  proof,
  verification,
  bytes: 500,
  filledAt: 0,
  deadline: 10,
  refreshAt: 8,
})

test('are found by their key as long as they are there, whichever share a bucket', () => {
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
  for (const maxEntries of [1, 2, 7, 1_000]) {
    const entries = entriesOf(maxEntries)
    const order = [...keys, ...keys.toReversed(), ...keys]
    order.forEach((keyId, turn) => entries.fill(fill(`${keyId} ${turn % 3}`, keyId)))
    const found = keys.flatMap((keyId) => entries.verificationsOf(keyId))
    expect(found).toHaveLength(entries.size)
    for (const keyId of keys) {
      for (const turn of [0, 1, 2]) {
        const digest = `${keyId} ${turn}`
        expect(entries.hasProof(keyId, `proof of ${digest}`)).toBe(entries.get(digest) !== undefined)
      }
    }
  }
})

test('are never more than their bound, and those pushed out are forgotten by key as well', () => {
  const entries = entriesOf(10)
  for (let index = 0; index < 1_000; index += 1) entries.fill(fill(`d${index}`, `k${index}`))
  expect(entries.size).toBe(10)
  expect(entries.hasProof('k0', 'proof of d0')).toBe(false)
  expect(entries.hasProof('k999', 'proof of d999')).toBe(true)
})

test('one key holds at most eight, whatever spellings it comes in, and evicts no one else', () => {
  const entries = entriesOf(100)
  entries.fill(fill('honest', 'other'))
  for (let index = 0; index < 1_000; index += 1) entries.fill(fill(`d${index}`))
  expect(entries.size).toBe(9)
  expect(entries.verificationsOf('k').length).toBe(8)
  expect(entries.get('honest')?.verification).toBe(verification)
})

test('a read that began earlier never replaces a newer verification, but fills what was cleared', () => {
  const entries = entriesOf(10)
  const newer: Verification = accepted('ws_acme', 'bob')
  entries.fill({ ...fill('a'), filledAt: 5, verification: newer })
  entries.fill({ ...fill('a'), filledAt: 4 })
  expect(entries.get('a')?.verification).toBe(newer)
  entries.clearKey('k')
  entries.fill({ ...fill('a'), filledAt: 4 })
  expect(entries.get('a')?.verification).toBe(verification)
})

test('clearing a key drops its verifications and keeps its proofs', () => {
  const entries = entriesOf(10)
  for (const digest of ['a', 'b', 'c']) entries.fill(fill(digest))
  entries.fill(fill('d', 'other'))
  entries.clearKey('k')
  for (const digest of ['a', 'b', 'c']) {
    expect(entries.get(digest)).toMatchObject({ verification: undefined, lifetimeMs: 0 })
    expect(entries.hasProof('k', `proof of ${digest}`)).toBe(true)
  }
  expect(entries.get('d')?.verification).toBe(verification)
  entries.clearAll()
  expect(entries.get('d')?.verification).toBeUndefined()
})

test('an age is exact to the millisecond, and negative once the clock is set back', () => {
  const entries = entriesOf(10)
  const at = Date.UTC(2030, 0, 1)
  entries.fill({ ...fill('a'), filledAt: at, deadline: at + 10, refreshAt: at + 7.5 })
  const entry = entries.get('a')
  if (entry === undefined) throw new Error('No entry')
  expect([at - 1, at, at + 10].map((now) => entries.ageMs(entry, now))).toEqual([-1, 0, 10])
  expect(entry).toMatchObject({ lifetimeMs: 10, refreshAgeMs: 8 })
})

test('after twelve days, and with a clock set far back, verifications are made again and ages stay exact', () => {
  const entries = entriesOf(10)
  const at = Date.UTC(2030, 0, 1)
  for (const [index, now] of [at, at + 13 * 86_400_000, at - 86_400_000].entries()) {
    entries.fill({ ...fill(`d${index}`), filledAt: now, deadline: now + 10, refreshAt: now + 8 })
    const entry = entries.get(`d${index}`)
    if (entry === undefined) throw new Error('No entry')
    expect(entries.ageMs(entry, now + 3)).toBe(3)
    expect(entry.filledAt).toBeLessThanOrEqual(2 ** 30)
    expect(entries.verificationsOf('k')).toHaveLength(1)
    expect(entries.hasProof('k', 'proof of d0')).toBe(true)
  }
})

test('fast-check: a model of maps agrees on proofs and sizes', () => {
  const action = fc.record({ digest: fc.integer({ min: 0, max: 30 }), key: fc.integer({ min: 0, max: 5 }) })
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const entries = entriesOf(12)
      for (const { digest, key } of actions) entries.fill(fill(`${key}/${digest}`, `k${key}`))
      let total = 0
      for (let key = 0; key <= 5; key += 1) {
        const held = Array.from({ length: 31 }, (_, digest) => `${key}/${digest}`).filter((d) =>
          entries.hasProof(`k${key}`, `proof of ${d}`),
        )
        expect(held.length).toBeLessThanOrEqual(8)
        expect(entries.verificationsOf(`k${key}`).length).toBe(held.length)
        expect(held.every((d) => entries.get(d) !== undefined)).toBe(true)
        total += held.length
      }
      expect(total).toBe(entries.size)
      expect(total).toBeLessThanOrEqual(12)
    }),
    { seed: 2 },
  )
})

const refusal: Verification = { ok: false, code: 'key_revoked' }

describe('who gives way when there is no room', () => {
  const of = (workspaceId: string, number: number, more: Partial<Fill> = {}): Fill => ({
    ...fill(`${workspaceId} ${number}`, `${workspaceId} ${number}`),
    workspaceId,
    ...more,
  })
  const held = (entries: Entries, workspaceId: string, count: number): number =>
    Array.from({ length: count }, (_, number) =>
      entries.hasProof(`${workspaceId} ${number}`, `proof of ${workspaceId} ${number}`),
    ).filter(Boolean).length

  test('the workspace that has most: one that uses more keys than there is room for evicts its own', () => {
    const entries = entriesOf(100)
    for (let number = 0; number < 40; number += 1) entries.fill(of('ws_globex', number))
    for (let number = 0; number < 5; number += 1) entries.fill(of('ws_initech', number))
    for (let number = 0; number < 5_000; number += 1) entries.fill(of('ws_acme', number))
    expect(entries.size).toBe(100)
    expect(held(entries, 'ws_globex', 40)).toBe(40)
    expect(held(entries, 'ws_initech', 5)).toBe(5)
  })

  test('of a workspace alone, what was used least lately', () => {
    const entries = entriesOf(3)
    for (const number of [0, 1, 2]) entries.fill(of('ws_acme', number))
    entries.get('ws_acme 0')
    entries.fill(of('ws_acme', 3))
    expect([0, 1, 2, 3].map((number) => entries.get(`ws_acme ${number}`) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ])
  })

  test('what has been idle for ten minutes goes first, of any workspace', () => {
    const entries = entriesOf(100)
    for (let number = 0; number < 90; number += 1) entries.fill(of(`ws_${number}`, 0))
    const later = { filledAt: 700_000, deadline: 710_000, refreshAt: 708_000 }
    for (let number = 0; number < 200; number += 1) entries.fill(of('ws_busy', number % 100, later))
    expect(held(entries, 'ws_busy', 100)).toBeGreaterThan(95)
  })

  test('keys that are refused evict none that is good, nor the other way round', () => {
    const entries = entriesOf(50, { maxRefused: 20 })
    for (let number = 0; number < 50; number += 1) entries.fill(of('ws_acme', number))
    for (let number = 0; number < 500; number += 1) entries.fill(of('ws_former', number, { verification: refusal }))
    expect(held(entries, 'ws_acme', 50)).toBe(50)
    expect(held(entries, 'ws_former', 500)).toBe(20)
    for (let number = 100; number < 1_000; number += 1) entries.fill(of('ws_acme', number))
    expect(held(entries, 'ws_former', 500)).toBe(20)
  })

  test('a key that is refused from now on makes room among the good ones, and keeps its proof', () => {
    const entries = entriesOf(1)
    entries.fill(of('ws_acme', 0))
    entries.fill(of('ws_acme', 0, { verification: refusal }))
    entries.fill(of('ws_acme', 1))
    expect(held(entries, 'ws_acme', 2)).toBe(2)
    entries.fill(of('ws_acme', 0))
    expect([held(entries, 'ws_acme', 1), entries.size]).toEqual([1, 1])
  })

  test('heavy entries count for several', () => {
    const entries = entriesOf(100, { maxBytes: 10_000 })
    for (let number = 0; number < 20; number += 1) entries.fill(of('ws_light', number))
    expect(entries.size).toBe(20)
    for (let number = 0; number < 20; number += 1) entries.fill(of('ws_heavy', number, { bytes: 2_000 }))
    expect(held(entries, 'ws_heavy', 20)).toBeGreaterThanOrEqual(2)
    expect(held(entries, 'ws_heavy', 20) * 2_000 + held(entries, 'ws_light', 20) * 500).toBeLessThanOrEqual(10_000)
    entries.fill(of('ws_huge', 0, { bytes: 50_000 }))
    expect(entries.size).toBe(1)
    entries.fill(of('ws_light', 0))
    expect(held(entries, 'ws_huge', 1)).toBe(0)
  })

  test('fast-check: no room is ever over its bounds, whatever is filled, cleared and used', () => {
    const step = fc.record({
      workspace: fc.nat({ max: 3 }),
      number: fc.nat({ max: 15 }),
      bytes: fc.integer({ min: 1, max: 400 }),
      what: fc.constantFrom('good', 'refused', 'use', 'clear', 'owner'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const entries = entriesOf(8, { maxBytes: 1_000, maxRefused: 5 })
        const last = new Map<string, { bytes: number; ok: boolean }>()
        for (const { workspace, number, bytes, what } of steps) {
          const each = of(`w${workspace}`, number, { bytes, owner: `owner ${number % 3}` })
          if (what === 'use') entries.get(each.digest)
          else if (what === 'clear') entries.clearKey(each.keyId)
          else if (what === 'owner') entries.clearOwner(each.owner, () => true)
          else {
            entries.fill({ ...each, verification: what === 'good' ? verification : refusal })
            last.set(each.digest, { bytes, ok: what === 'good' })
          }
          const there = [...last]
            .filter(([digest]) => entries.hasProof(digest, `proof of ${digest}`))
            .map(([, each]) => each)
          const good = there.filter(({ ok }) => ok)
          expect(there.length).toBe(entries.size)
          expect(good.length).toBeLessThanOrEqual(8)
          expect(there.length - good.length).toBeLessThanOrEqual(5)
          expect(good.reduce((sum, { bytes: each }) => sum + each, 0)).toBeLessThanOrEqual(1_000)
        }
      }),
      { seed: 4 },
    )
  })
})

describe('what an owner’s change clears', () => {
  test('is what is that owner’s, and refusals that share its bucket, and again what was filled since', () => {
    const entries = entriesOf(1_000)
    const owners = ['ada', 'bob', 'eve']
    const fillAll = (): void => {
      for (const owner of owners) {
        for (let number = 0; number < 20; number += 1) {
          entries.fill({
            ...fill(`${owner} ${number}`, `${owner} ${number}`),
            owner: `owner ${owner}`,
            verification: accepted('ws_acme', owner),
          })
        }
      }
    }
    const alive = (owner: string): number =>
      Array.from({ length: 20 }, (_, number) => entries.get(`${owner} ${number}`)?.verification).filter(Boolean).length
    for (let round = 0; round < 2; round += 1) {
      fillAll()
      let asked = 0
      const isBobs = (found: Verification): boolean => {
        asked += 1
        return found.ok && found.apiKey.owner.id === 'bob'
      }
      entries.clearOwner('owner bob', isBobs)
      expect(owners.map(alive)).toEqual([20, 0, 20])
      const first = asked
      for (let again = 0; again < 100; again += 1) entries.clearOwner('owner bob', isBobs)
      // Others in the same bucket are asked for each time; the owner's own are not there any more.
      expect((asked - first) % 100).toBe(0)
      expect(asked - first).toBeLessThanOrEqual(100 * (first - 20))
    }
    entries.fill({ ...fill('dead', 'dead'), owner: 'owner bob', verification: refusal })
    entries.clearOwner('owner bob', () => false)
    expect(entries.get('dead')?.verification).toBeUndefined()
    expect(entries.hasProof('dead', 'proof of dead')).toBe(true)
  })
})
