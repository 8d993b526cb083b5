import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grantSet, unboundedGrants } from '../../src/permissions/match.ts'

const granted = (grants: unknown, permission: string): boolean => grantSet(grants).has(permission)

describe('a set of grants', () => {
  test.each([
    ['the same name', ['docs:read'], 'docs:read', true],
    ['another action', ['docs:read'], 'docs:write', false],
    ['another resource', ['docs:read'], 'prompts:read', false],
    ['all actions', ['docs:*'], 'docs:read', true],
    ['all resources', ['*:read'], 'docs:read', true],
    ['everything', ['*:*'], 'docs:read', true],
    ['all actions of another resource', ['docs:*'], 'prompts:read', false],
    ['another action of all resources', ['*:read'], 'docs:write', false],
    ['a resource that only begins alike', ['docs:*'], 'docs2:read', false],
    ['a resource that begins the other', ['docs2:*'], 'docs:read', false],
    ['a requirement of one segment', ['docs:read', 'docs:*', '*:*'], 'docs', false],
    ['a grant of one segment', ['docs'], 'docs:read', false],
    ['a requirement of three segments', ['docs:*', '*:*'], 'docs:read:all', false],
    ['a trailing space', ['docs:read', '*:*'], 'docs:read ', false],
    ['another letter case', ['docs:read', '*:*'], 'docs:READ', false],
    ['an escaped NUL', ['docs:read', '*:*'], 'docs:read%00', false],
    ['a grant in capitals', ['DOCS:READ'], 'docs:read', false],
    ['an action added to the app later', ['docs:*'], 'docs:archive', true],
    ['keys:manage by its name', ['keys:manage'], 'keys:manage', true],
    ['keys:manage by any wildcard', ['*:*', 'keys:*', '*:manage'], 'keys:manage', false],
    ['an action of keys that is not manage', ['keys:*'], 'keys:list', true],
    ['a name from the object prototype', [], 'constructor:toString', false],
  ])('judges %s', (_, grants, permission, expected) => {
    expect(granted(grants, permission)).toBe(expected)
  })

  test.each([
    undefined,
    null,
    {},
    '',
    0,
    'docs:read',
    'docs:read admin:write',
    '*:*',
    { 0: '*:*', length: 1 },
    new Set(['*:*']),
  ])('grants nothing when it is made from %o', (grants) => {
    for (const permission of ['docs:read', 'admin:write', '*:*', 'keys:manage'])
      expect(granted(grants, permission)).toBe(false)
  })

  test('grants nothing when it is empty', () => {
    expect(granted([], 'docs:read')).toBe(false)
    expect(grantSet([]).covers('*:*')).toBe(false)
  })

  test('takes nothing that only turns into a grant', () => {
    const grants = [null, 7, ['*:*'], { toString: () => '*:*' }, Object('*:*'), undefined]
    expect(granted(grants, 'docs:read')).toBe(false)
  })

  test.each([
    'docs::read',
    ':read',
    'docs:',
    ':',
    '',
    'docs:read,write',
    'docs:read docs:write',
    'docs:read\ndocs:write',
    'docs:read\n',
    '!docs:read',
    '-docs:read',
    '**',
    '*',
    'docs:**',
    'd*:read',
    'docs:re?d',
    'docs:[rw]',
    '**:**',
    '*:*:*',
    '\u0430dmin:read',
    'docs\uff1aread',
    'caf\u00e9:read',
    'cafe\u0301:read',
    'l\u0131st:read',
    `${'r'.repeat(65)}:read`,
    `docs:${'a'.repeat(10_000)}`,
  ])('grants nothing for %j, not even itself', (grant) => {
    for (const permission of ['docs:read', 'docs:write', 'admin:read', 'dogs:read', grant])
      expect(granted([grant], permission)).toBe(false)
    expect(grantSet([grant]).covers(grant)).toBe(false)
  })

  test('judges the longest grants and requirements', () => {
    const grants = Array.from(
      { length: 256 },
      (_, index) => `${'r'.repeat(60)}${String(index).padStart(4, '0')}:${'a'.repeat(64)}`,
    )
    expect(granted(grants, `${'r'.repeat(60)}0255:${'a'.repeat(64)}`)).toBe(true)
    expect(granted(grants, `${'r'.repeat(60)}0256:${'a'.repeat(64)}`)).toBe(false)
    expect(granted(grants, `${'r'.repeat(64)}:${'a'.repeat(65)}`)).toBe(false)
  })

  test('judges alike whatever the order, and however often a grant is repeated', () => {
    expect(granted(['a:x', 'b:*', 'a:x'], 'b:y')).toBe(granted(['b:*', 'a:x'], 'b:y'))
  })

  test('does not change when the list it was made from does', () => {
    const grants = ['docs:read']
    const set = grantSet(grants)
    grants[0] = '*:*'
    grants.push('docs:write')
    expect([set.has('docs:read'), set.has('docs:write')]).toEqual([true, false])
  })
})

describe('covers', () => {
  test.each([
    [['docs:*'], 'docs:*', true],
    [['*:*'], 'docs:*', true],
    [['*:*'], '*:read', true],
    [['*:*'], '*:*', true],
    [['docs:*', '*:read'], '*:*', false],
    [['docs:read'], 'docs:*', false],
    [['*:read'], 'docs:*', false],
    [['*:*'], 'keys:manage', false],
    [['keys:manage'], 'keys:manage', true],
    [['keys:manage'], 'keys:*', false],
    [['*:*'], 'docs', false],
  ])('of %j and %s is %s', (grants, grant, expected) => {
    expect(grantSet(grants).covers(grant)).toBe(expected)
  })
})

test('unbounded grants cover everything, keys:manage too', () => {
  expect(unboundedGrants.has('keys:manage') && unboundedGrants.covers('*:*')).toBe(true)
})

const segments = ['a', 'b', 'keys', 'manage'] as const
const permission = fc.tuple(fc.constantFrom(...segments), fc.constantFrom(...segments)).map((pair) => pair.join(':'))
const grant = fc
  .tuple(fc.constantFrom(...segments, '*'), fc.constantFrom(...segments, '*'))
  .map((pair) => pair.join(':'))
const junk = fc.constantFrom('', '*', 'a', 'a:', ':a', 'a:b:a', 'A:b', '!a:b', 'a:**', ' a:b')
const grants = fc.array(fc.oneof({ weight: 9, arbitrary: grant }, junk), { maxLength: 6 })

/** What the words say, written without sets, patterns or slicing. */
function oracle(held: readonly string[], wanted: string): boolean {
  let found = false
  for (const one of held) {
    const [resource, action, more] = one.split(':')
    const [wantedResource, wantedAction] = wanted.split(':')
    if (resource === undefined || action === undefined || more !== undefined) continue
    const named = resource === wantedResource && action === wantedAction
    const byWildcard = (resource === '*' || resource === wantedResource) && (action === '*' || action === wantedAction)
    if (named || (byWildcard && wanted !== 'keys:manage')) found = true
  }
  return found
}

test('agrees with a brute-force oracle on 10 000 triples of key, owner and requirement', () => {
  let allowed = 0
  fc.assert(
    fc.property(grants, grants, permission, (own, owner, wanted) => {
      const expected = oracle(own, wanted) && oracle(owner, wanted)
      if (expected) allowed += 1
      expect(grantSet(own).has(wanted) && grantSet(owner).has(wanted)).toBe(expected)
    }),
    { seed: 45, numRuns: 10_000 },
  )
  expect(allowed).toBeGreaterThan(1_000)
  expect(allowed).toBeLessThan(9_000)
})

test('covers no grant that allows what the set does not', () => {
  const everyPermission = segments.flatMap((resource) => segments.map((action) => `${resource}:${action}`))
  fc.assert(
    fc.property(grants, grant, (held, wanted) => {
      const set = grantSet(held)
      fc.pre(set.covers(wanted))
      for (const one of everyPermission) if (oracle([wanted], one)) expect(set.has(one)).toBe(true)
    }),
    { seed: 46, numRuns: 2_000 },
  )
})
