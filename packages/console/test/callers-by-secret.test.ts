import type { KeyCaller, ManagedKey } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { networkWords } from '../src/format/network-words.ts'
import { callersOfOld } from '../src/reading/callers-by-secret.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const now = Date.UTC(2030, 5, 12, 10)
const rotatedAt = now - 3 * 60 * minuteMs

function secret(version: number, createdAt: number, endsAt: number | null): ManagedKey['secrets'][number] {
  const ends = endsAt === null ? null : new Date(endsAt)
  return {
    version,
    hint: 'acme_production_7Fq2\u20269aXc',
    createdAt: new Date(createdAt),
    endsAt: ends,
    imported: false,
  }
}

/** In which group a caller is that came with the old secret, and perhaps with the new one, at these times. */
function kindOf(oldAt: number, newAt?: number, endsAt: number = now + dayMs): string {
  const caller = { network: '10.2.0.0/16', agent: 'node' }
  const other = { network: '10.2.0.0/16', agent: 'curl', version: 2, lastUsedAt: new Date(now) }
  const callers: KeyCaller[] = [
    { ...caller, version: 1, lastUsedAt: new Date(oldAt) },
    ...(newAt === undefined ? [] : [{ ...caller, version: 2, lastUsedAt: new Date(newAt) }]),
    other,
  ]
  const old = secret(1, now - 90 * dayMs, endsAt)
  const kinds = callersOfOld({ secrets: [secret(2, rotatedAt, null), old] }, old, callers, now)
  return Object.entries(kinds)
    .flatMap(([kind, some]) => some.map(() => kind))
    .join()
}

describe('a caller of the secret that a rotation replaced', () => {
  test.each([
    ['came with it after the rotation', rotatedAt, undefined, 'still'],
    ['came with both at about the same time', now - 20 * minuteMs, now - 10 * minuteMs, 'still'],
    ['came with the old one last', now, now - 30 * minuteMs, 'still'],
    ['came with the new one only, for longer than ten minutes', now - 20 * minuteMs, now - 10 * minuteMs + 1, 'moved'],
    ['came with the old one before the rotation, and with the new one then', rotatedAt - 1, rotatedAt, 'moved'],
    ['was not back since the rotation', rotatedAt - 1, undefined, 'silent'],
    ['was not back for 35 days', now - 35 * dayMs, undefined, ''],
  ])('%s', (_how, oldAt, newAt, kind) => expect(kindOf(oldAt, newAt)).toBe(kind))

  test('counts after the end of the secret where it was refused', () => {
    const endedAt = now - 60 * minuteMs
    expect(kindOf(endedAt, undefined, endedAt)).toBe('still')
    expect(kindOf(endedAt - 1, undefined, endedAt)).toBe('silent')
    expect(kindOf(endedAt - 1, now, endedAt)).toBe('moved')
  })
})

test.each([
  ['10.2.0.0/16', '10.2.0.0 to 10.2.255.255'],
  ['2001:db8:1::/48', 'all that begin with 2001:db8:1:'],
  ['10.2.3.0/24', undefined],
  ['::/48', undefined],
  ['"><b>', undefined],
])('the network %s stands for %s', (network, words) => expect(networkWords(network)).toBe(words))
