import { describe, expect, test } from 'vitest'
import { isGrant, isPermission } from '../../src/permissions/grammar.ts'

const longest = `${'r'.repeat(64)}:${'a'.repeat(64)}`

describe('isPermission and isGrant', () => {
  test.each(['docs:read', 'a:b', '0:9', 'my-docs.v2:read_all', 'keys:manage', longest])('accept %j as both', (name) => {
    expect([isPermission(name), isGrant(name)]).toEqual([true, true])
  })

  test.each(['docs:*', '*:read', '*:*'])('accept %j as a grant only', (name) => {
    expect([isPermission(name), isGrant(name)]).toEqual([false, true])
  })

  test.each([
    ['P-04: one segment', 'docs'],
    ['P-06: three segments', 'docs:read:all'],
    ['P-15: capitals', 'DOCS:READ'],
    ['P-17: an empty segment', 'docs:'],
    ['P-17: two colons', 'docs::read'],
    ['P-17: nothing', ''],
    ['P-18: a list', 'docs:read,write'],
    ['P-18: a line break at the end', 'docs:read\n'],
    ['P-19: a denial', '!docs:read'],
    ['P-19: a denial', '-docs:read'],
    ['P-20: a star in a segment', 'd*:read'],
    ['P-20: two stars', 'docs:**'],
    ['P-20: one star', '*'],
    ['P-25: 65 characters in a segment', `r${longest}`],
    ['P-25: 10 kB', 'a'.repeat(10_000)],
    ['P-26: a Cyrillic letter', '\u0430dmin:read'],
    ['P-26: a full-width colon', 'docs\uff1aread'],
    ['P-26: an accent', 'caf\u00e9:read'],
    ['P-26: a dotless i', 'l\u0131st:read'],
    ['a leading dot', '.docs:read'],
    ['no text', 7],
    ['a list', ['docs:read']],
    ['null', null],
    ['nothing given', undefined],
  ])('refuse %s', (_, value) => {
    expect([isPermission(value), isGrant(value)]).toEqual([false, false])
  })
})
