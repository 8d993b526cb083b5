import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createWorkQueue, type WorkQueue } from '../../src/bounds/work-queue.ts'
import { argon2Parameters } from '../../src/hashing/argon2.ts'
import { argon2id, type Hasher, hmacSha256 } from '../../src/hashing/hasher.ts'
import { createHashing, type Hashing, type HashRank } from '../../src/hashing/hashing.ts'

const token = `acme_production_${'a'.repeat(65)}`
const other = `acme_production_${'b'.repeat(65)}`
const old = { id: 'old', secret: 'o'.repeat(32) }
const current = { id: 'new', secret: 'n'.repeat(32) }
const cheap = { memoryKiB: 7_168, iterations: 1 }

const queue = (): WorkQueue<HashRank> =>
  createWorkQueue(
    { works: 'hashes', concurrency: 2, capacity: { verify: 10, make: 10, rehash: 10 }, waitMs: 5_000 },
    testClock(),
  )

function hashing(hasher: Hasher): Hashing {
  return createHashing(hasher, queue())
}

describe.each<[string, Hasher]>([
  ['argon2id', argon2id(cheap)],
  ['argon2id with a pepper', argon2id({ ...cheap, pepper: current })],
  ['hmacSha256', hmacSha256({ pepper: current })],
])('%s', (_, hasher) => {
  test('recognises the token it protected, by tag and by hash, and no other', async () => {
    const { protect, compareTag, verify } = hashing(hasher)
    const stored = await protect(token, 'ws_acme', 'make')
    expect(compareTag(token, stored)).toBe('same')
    expect(compareTag(other, stored)).toBe('different')
    expect(await verify(token, stored, 'ws_acme')).toBe('same')
    expect(await verify(other, stored, 'ws_acme')).toBe('different')
  })

  test('stores nothing of the token', async () => {
    const stored = JSON.stringify(await hashing(hasher).protect(token, 'ws_acme', 'make'))
    expect(stored).not.toContain('aaaa')
    expect(stored).not.toContain('nnnn')
  })

  test('is up to date with itself', async () => {
    const { protect, isOutdated } = hashing(hasher)
    expect(isOutdated(await protect(token, 'ws_acme', 'make'))).toBe(false)
  })

  test('what it cannot read, or of another length, is neither right nor wrong, and throws nothing', async () => {
    const { protect, compareTag, verify } = hashing(hasher)
    const stored = await protect(token, 'ws_acme', 'make')
    for (const hash of [
      '',
      'x',
      '$hmac-sha256$',
      '$hmac-sha256$AAAA',
      'da39a3ee5e6b4b0d3255bfef95601890afd80709',
      '$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      '$argon2id$v=19$m=19456,t=2000,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    ]) {
      expect(await verify(token, { ...stored, hash }, 'ws_acme')).toBe('unreadable')
    }
    for (const tag of ['', 'sha256$', 'sha256$AAAA', 'md5$AAAAAAAAAAA', stored.tag.slice(0, -3)]) {
      expect(compareTag(token, { ...stored, tag })).toBe('unreadable')
    }
  })

  test('a pepper that is not in the ring is told apart from an invalid tag', async () => {
    const { protect, compareTag, verify } = hashing(hasher)
    const stored = { ...(await protect(token, 'ws_acme', 'make')), pepperId: 'lost' }
    expect(compareTag(token, stored)).toBe('pepper_missing')
    expect(await verify(token, stored, 'ws_acme')).toBe('unreadable')
  })
})

describe('changing the way tokens are hashed', () => {
  test.each<[string, Hasher, Hasher]>([
    ['dearer parameters', argon2id(cheap), argon2id({ memoryKiB: 7_168, iterations: 2 })],
    ['a first pepper', argon2id(cheap), argon2id({ ...cheap, pepper: current })],
    [
      'a new pepper, the old one kept in the ring',
      hmacSha256({ pepper: old }),
      hmacSha256({ pepper: current, previousPeppers: [old] }),
    ],
    ['from argon2id to HMAC', argon2id(cheap), hmacSha256({ pepper: current })],
    ['from HMAC to argon2id', hmacSha256({ pepper: old }), argon2id({ ...cheap, previousPeppers: [old] })],
  ])('%s: old hashes verify and count as outdated', async (_, before, after) => {
    const stored = await hashing(before).protect(token, 'ws_acme', 'make')
    const now = hashing(after)
    expect(now.compareTag(token, stored)).toBe('same')
    expect(await now.verify(token, stored, 'ws_acme')).toBe('same')
    expect(await now.verify(other, stored, 'ws_acme')).toBe('different')
    expect(now.isOutdated(stored)).toBe(true)
  })
})

describe('what is left as it is', () => {
  test.each<[string, Hasher, Hasher]>([
    [
      'a hash under the pepper that comes next',
      hmacSha256({ pepper: current }),
      hmacSha256({ pepper: old, nextPepper: current }),
    ],
    [
      'a hash without pepper where none comes next',
      argon2id(cheap),
      argon2id({ ...cheap, pepper: old, nextPepper: null }),
    ],
    ['dearer argon2 parameters', argon2id({ ...cheap, iterations: 2 }), argon2id(cheap)],
    [
      'argon2id, where HMAC is used now, under the same pepper',
      argon2id({ ...cheap, pepper: old }),
      hmacSha256({ pepper: old }),
    ],
  ])('%s verifies and is not outdated', async (_, before, after) => {
    const stored = await hashing(before).protect(token, 'ws_acme', 'make')
    const now = hashing(after)
    expect(now.compareTag(token, stored)).toBe('same')
    expect(await now.verify(token, stored, 'ws_acme')).toBe('same')
    expect(now.isOutdated(stored)).toBe(false)
  })
})

describe('the allow-list of argon2 parameters', () => {
  const phc = (head: string, salt = 'c2FsdHNhbHRzYWx0c2FsdA', hash = 'A'.repeat(43)): string =>
    `${head}$${salt}$${hash}`

  test('lets through what Claviger writes', () => {
    expect(argon2Parameters(phc('$argon2id$v=19$m=19456,t=2,p=1'))).toEqual({
      memoryKiB: 19_456,
      iterations: 2,
      parallelism: 1,
    })
  })

  test.each([
    phc('$argon2id$v=19$m=1048576,t=2,p=1'),
    phc('$argon2id$v=19$m=1024,t=2,p=1'),
    phc('$argon2id$v=19$m=19456,t=6,p=1'),
    phc('$argon2id$v=19$m=19456,t=2,p=0'),
    phc('$argon2id$v=19$m=19456,t=2,p=5'),
    phc('$argon2id$v=19$m=019456,t=2,p=1'),
    phc('$argon2id$v=16$m=19456,t=2,p=1'),
    phc('$argon2d$v=19$m=19456,t=2,p=1'),
    phc('$argon2i$v=19$m=19456,t=2,p=1'),
    phc('$argon2id$v=19$t=2,m=19456,p=1'),
    phc('$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAA'),
    phc('$argon2id$v=19$m=19456,t=2,p=1', 'short'),
    phc('$argon2id$v=19$m=19456,t=2,p=1', undefined, 'short'),
    `${phc('$argon2id$v=19$m=19456,t=2,p=1')}\n`,
    '',
  ])('refuses %s', (stored) => {
    expect(argon2Parameters(stored)).toBeUndefined()
  })
})

describe('configuring a hasher', () => {
  test.each([
    ['memoryKiB', () => argon2id({ memoryKiB: 1_000_000 })],
    ['iterations', () => argon2id({ iterations: 0 })],
    ['parallelism', () => argon2id({ parallelism: 1.5 })],
    ['pepper', () => argon2id({ pepper: undefined as never })],
    ['pepper', () => hmacSha256({ pepper: undefined as never })],
    ['pepper', () => hmacSha256(undefined as never)],
    ['pepper', () => hmacSha256({ pepper: 'too short' })],
    ['pepper', () => hmacSha256({ pepper: 42 as never })],
    ['pepper.id', () => hmacSha256({ pepper: { id: 'a b', secret: 'x'.repeat(32) } })],
    ['nextPepper', () => argon2id({ nextPepper: undefined as never })],
    ['nextPepper', () => hmacSha256({ pepper: old, nextPepper: undefined as never })],
    ['nextPepper', () => hmacSha256({ pepper: old, nextPepper: old })],
    ['nextPepper', () => hmacSha256({ pepper: old, nextPepper: 'too short' })],
    ['nextPepper', () => argon2id({ nextPepper: null })],
    ['previousPeppers[0]', () => hmacSha256({ pepper: current, previousPeppers: [current] })],
  ])('a wrong %s fails at start and shows no secret', (option, make) => {
    const error = thrownBy(make)
    expect(error).toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION', option: expect.stringContaining(option) })
    expect((error as Error).message).not.toMatch(/too short'|nnnn|xxxx/)
  })

  test('a hasher shows no pepper when printed', async () => {
    const { inspect } = await import('node:util')
    const hasher = hmacSha256({ pepper: current })
    expect(inspect(hasher, { showHidden: true, depth: null })).not.toContain('nnnn')
    expect(JSON.stringify(hasher)).not.toContain('nnnn')
  })
})

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('Expected an error.')
}
