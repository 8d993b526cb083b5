import { describe, expect, test } from 'vitest'
import { madeWith, replacement } from '../src/components/line-text.ts'
import type { Names } from '../src/reading/names.ts'

const format = {
  day: (at: Date): string => at.toISOString().slice(0, 10),
  exact: (at: Date): string => at.toISOString(),
  number: String,
}
const names: Names = { of: ({ type, id }) => ({ type, name: id === 'sa_1' ? 'ci-bot' : id }) }
const key = { type: 'key', id: 'k' } as const

describe('what a key was created with', () => {
  const of = (after: Parameters<typeof madeWith>[0]['after'], called = 'Website'): readonly string[] =>
    madeWith({ before: null, after, target: key }, called, format, names)

  test('is its environment, owner, permissions, limits and end', () => {
    expect(
      of({
        name: 'Website',
        environment: 'production',
        owner: { type: 'service', id: 'sa_1' },
        permissions: ['a:read', 'b:read'],
        resources: { project: ['p1', 'p2'] },
        allowedAddresses: ['10.0.0.0/8'],
        expiresAt: Date.UTC(2030, 0, 2),
        metadata: ['team'],
        status: 'active',
        secretVersion: 1,
      }),
    ).toEqual([
      'production',
      'owner service account ci-bot',
      '2 permissions: a:read, b:read',
      'only project p1, p2',
      'only from 10.0.0.0/8',
      'expires 2030-01-02',
    ])
  })

  test('leaves out what does not limit it, and what an older line does not hold', () => {
    expect(of({ name: 'Website', resources: {}, allowedAddresses: [], expiresAt: null })).toEqual(['never expires'])
    expect(of({ permissions: [] })).toEqual(['no permissions'])
    expect(of({})).toEqual([])
    expect(of(null)).toEqual([])
  })

  test('tells the name where the key is called otherwise now', () => {
    expect(of({ name: 'Website' }, 'Shop')).toEqual(['as Website'])
  })

  test.each([
    [['a:b'], '1 permission: a:b'],
    [Array.from({ length: 9 }, (_, n) => `p:${n}`), '9 permissions: p:0, p:1, p:2, p:3, p:4, p:5 and 3 more'],
    [{ count: 40, only: ['a', 'b'] }, '40 permissions: a, b and 38 more'],
    [{ count: 2_000 }, '2000 permissions'],
  ])('counts permissions and names some: %j', (permissions, text) => {
    expect(of({ permissions })).toEqual([text])
  })

  test('is bounded, whatever is in it', () => {
    const long = 'x'.repeat(200)
    const parts = of({
      name: long,
      environment: long,
      owner: { type: 'user', id: long },
      permissions: Array.from({ length: 32 }, () => long),
      resources: { project: Array.from({ length: 32 }, () => long) },
      allowedAddresses: Array.from({ length: 32 }, () => long),
      expiresAt: null,
    })
    for (const part of parts) expect(part.length).toBeLessThan(180)
  })

  test('is for a service account what its keys may do', () => {
    const line = {
      before: null,
      after: { name: 'ci', permissions: ['a:*'] },
      target: { ...key, type: 'serviceAccount' },
    }
    expect(madeWith(line as never, 'ci', format, names)).toEqual(['keys get at most 1 permission: a:*'])
  })
})

describe('what a rotation replaced', () => {
  const of = (before: object, after: object): string | undefined =>
    replacement({ before, after, target: key } as never, format)

  test('is told by the ends of both secrets, and until when the old one works', () => {
    expect(
      of(
        { secretVersion: 1, hint: 'acme_production_AAAA\u20261111', overlapEndsAt: null },
        { secretVersion: 2, hint: 'acme_production_AAAA\u20262222', overlapEndsAt: Date.UTC(2030, 0, 2) },
      ),
    ).toBe('v2 (\u20262222) replaces v1 (\u20261111), which works until 2030-01-02T00:00:00.000Z')
  })

  test('stopped at once without an overlap; older lines have no ends', () => {
    expect(of({ secretVersion: 1 }, { secretVersion: 2 })).toBe('v2 replaces v1, which stopped at once')
  })

  test('is nothing where no secret changed', () => {
    expect(of({ name: 'a' }, { name: 'b' })).toBeUndefined()
  })
})
