import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hourMs } from '../../../src/store/usage.ts'
import { type CallerNotes, createCallerNotes } from '../../../src/usage/callers/caller-notes.ts'
import { keyId, workspaceId } from '../../support/usage.ts'

const subject = (index = 0, secretVersion = 1) => ({ id: keyId(index), workspaceId, secretVersion })
const office = '203.0.0.0/16'
const now = 1_000 * hourMs

/** Everything that waits, taken. */
const all = (notes: CallerNotes) => notes.take(10_000, Number.POSITIVE_INFINITY)
const named = (notes: CallerNotes) => all(notes).entries.map(({ network, agent }) => [network, agent])

describe('a use', () => {
  test('is news when its caller is new, or came again since it was taken', () => {
    const notes = createCallerNotes(10)
    expect(notes.note(subject(), office, 'node', now)).toBe(true)
    expect(notes.note(subject(), office, 'node', now + 1)).toBe(false)
    expect(all(notes).entries).toEqual([
      { workspaceId, keyId: keyId(), version: 1, network: office, agent: 'node', lastUsedAt: now + 1 },
    ])
    expect(notes.waiting).toBe(0)
    expect(notes.note(subject(), office, 'node', now + 1)).toBe(false)
    expect(notes.note(subject(), office, 'node', now + 2)).toBe(true)
    expect(all(notes).entries).toMatchObject([{ lastUsedAt: now + 2 }])
  })

  test('is another caller by key, secret, network and program', () => {
    const notes = createCallerNotes(10)
    for (const [of, network, agent] of [
      [subject(), office, 'node'],
      [subject(1), office, 'node'],
      [subject(0, 2), office, 'node'],
      [subject(), null, 'node'],
      [subject(), office, null],
      [{ ...subject(), workspaceId: 'ws_other' }, office, 'node'],
    ] as const) {
      expect(notes.note(of, network, agent, now)).toBe(true)
    }
    expect(new Set(all(notes).entries.map((entry) => JSON.stringify(entry))).size).toBe(6)
  })

  test('of a clock that was put back keeps the latest time', () => {
    const notes = createCallerNotes(10)
    notes.note(subject(), office, 'node', now)
    notes.note(subject(), office, 'node', now - hourMs)
    expect(all(notes).entries).toMatchObject([{ lastUsedAt: now }])
  })
})

describe('what is taken', () => {
  test('is what was stored long enough ago, those that wait for longest first, and no more than asked for', () => {
    const notes = createCallerNotes(10)
    notes.note(subject(0), office, 'node', now)
    all(notes).stored(1_000)
    notes.note(subject(0), office, 'node', now + 1)
    notes.note(subject(1), office, 'node', now)
    notes.note(subject(2), office, 'node', now)
    expect(notes.take(1, 999).entries).toMatchObject([{ keyId: keyId(1) }])
    expect(notes.take(10, 999).entries).toMatchObject([{ keyId: keyId(2) }])
    expect(notes.take(10, 1_000).entries).toMatchObject([{ keyId: keyId(0) }])
  })

  test('waits again when it failed, with what was noted since', () => {
    const notes = createCallerNotes(10)
    notes.note(subject(), office, 'node', now)
    const taken = all(notes)
    notes.note(subject(), office, 'node', now + 1)
    taken.failed()
    expect(notes.waiting).toBe(1)
    expect(all(notes).entries).toMatchObject([{ lastUsedAt: now + 1 }])
  })

  test('is not sent again when it was forgotten meanwhile', () => {
    const notes = createCallerNotes(1)
    notes.note(subject(0), office, 'node', now)
    const taken = all(notes)
    notes.note(subject(1), office, 'node', now)
    taken.failed()
    expect(all(notes).entries).toMatchObject([{ keyId: keyId(1) }])
  })
})

describe('a client that invents programs', () => {
  test('is seven callers of its network, and leaves a place for another network', () => {
    const notes = createCallerNotes(1_000)
    for (let index = 0; index < 10_000; index += 1) notes.note(subject(), office, `bot${index}`, now + index)
    notes.note(subject(), '10.0.0.0/16', 'cron', now + 10_000)
    expect(notes.size).toBe(8)
    expect(named(notes)).toEqual([
      ...[0, 1, 2, 3, 4, 5].map((index) => [office, `bot${index}`]),
      [office, null],
      ['10.0.0.0/16', 'cron'],
    ])
  })

  test('does not push out who comes at least once an hour', () => {
    const notes = createCallerNotes(1_000)
    notes.note(subject(), office, 'cron', now)
    const sent = new Set<string | null>()
    for (let minute = 1; minute <= 24 * 60; minute += 1) {
      const time = now + minute * 60_000
      for (let index = 0; index < 20; index += 1) notes.note(subject(), office, `bot${minute}-${index}`, time)
      if (minute % 59 === 0) expect(notes.note(subject(), office, 'cron', time)).toBe(true)
      for (const { agent } of all(notes).entries) sent.add(agent)
    }
    // Five places an hour, and one for all others.
    expect(sent.size).toBeLessThan(25 * 7)
    expect([...sent]).toContain('cron')
  })

  test('from networks that it invents leaves each network that was there before a caller', () => {
    const notes = createCallerNotes(1_000)
    for (const agent of ['cron', 'web', 'batch']) notes.note(subject(), office, agent, now)
    for (let index = 0; index < 10_000; index += 1) {
      notes.note(subject(), `2001:db8:${index.toString(16)}::/48`, `bot${index}`, now + 1)
    }
    expect(named(notes).filter(([network]) => network === office)).toHaveLength(1)
    expect(notes.size).toBe(8)
  })

  test('takes no place of other keys, nor of another secret of the same key', () => {
    const notes = createCallerNotes(1_000)
    notes.note(subject(0, 1), office, 'cron', now)
    notes.note(subject(1, 1), office, 'cron', now)
    for (let index = 0; index < 1_000; index += 1)
      notes.note(subject(0, 2), `10.${index % 250}.0.0/16`, `bot${index}`, now)
    expect(named(notes).filter(([, agent]) => agent === 'cron')).toHaveLength(2)
  })
})

test('whatever comes, no secret has more than eight callers, all together no more than there is room for', () => {
  const uses = fc.array(
    fc.record({
      key: fc.nat(3),
      version: fc.integer({ min: 1, max: 3 }),
      network: fc.constantFrom(office, '10.0.0.0/16', '10.1.0.0/16', null),
      agent: fc.oneof(fc.stringMatching(/^[a-z]{1,2}$/), fc.constant(null)),
      afterMs: fc.constantFrom(0, 1, 60_000, hourMs),
    }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), uses, (most, used) => {
      const notes = createCallerNotes(most)
      let time = now
      for (const { key, version, network, agent, afterMs } of used) {
        notes.note(subject(key, version), network, agent, (time += afterMs))
        expect(notes.size).toBeLessThanOrEqual(most)
        expect(notes.waiting).toBeLessThanOrEqual(notes.size)
      }
      const held = all(notes).entries
      expect(new Set(held.map((entry) => JSON.stringify({ ...entry, lastUsedAt: 0 }))).size).toBe(held.length)
      for (let key = 0; key <= 3; key += 1) {
        for (let version = 1; version <= 3; version += 1) {
          const ofSecret = held.filter((entry) => entry.keyId === keyId(key) && entry.version === version)
          expect(ofSecret.length).toBeLessThanOrEqual(8)
        }
      }
    }),
  )
})
