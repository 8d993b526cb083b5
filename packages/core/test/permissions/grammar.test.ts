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
    ['one segment', 'docs'],
    ['three segments', 'docs:read:all'],
    ['capitals', 'DOCS:READ'],
    ['an empty segment', 'docs:'],
    ['two colons', 'docs::read'],
    ['nothing', ''],
    ['several actions', 'docs:read,write'],
    ['a line break at the end', 'docs:read\n'],
    ['a denial', '!docs:read'],
    ['a denial by a minus', '-docs:read'],
    ['a star in a segment', 'd*:read'],
    ['two stars', 'docs:**'],
    ['one star', '*'],
    ['65 characters in a segment', `r${longest}`],
    ['10 kB', 'a'.repeat(10_000)],
    ['a Cyrillic letter', '\u0430dmin:read'],
    ['a full-width colon', 'docs\uff1aread'],
    ['an accent', 'caf\u00e9:read'],
    ['a dotless i', 'l\u0131st:read'],
    ['a leading dot', '.docs:read'],
    ['no text', 7],
    ['a list', ['docs:read']],
    ['null', null],
    ['nothing given', undefined],
  ])('refuse %s', (_, value) => {
    expect([isPermission(value), isGrant(value)]).toEqual([false, false])
  })
})
