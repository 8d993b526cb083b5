import { describe, expect, test } from 'vitest'
import { changesText } from '../../src/text/changes.ts'

describe('what a line of the log says beside its action', () => {
  test('is for a new key what it was made with', () => {
    const after = {
      name: 'Deploy',
      environment: 'production',
      owner: { type: 'service', id: 'sa_1' },
      permissions: ['a:read', 'b:read'],
      resources: { project: ['p1'] },
      allowedAddresses: ['10.0.0.0/8'],
      expiresAt: Date.UTC(2030, 0, 2),
      status: 'active',
      hint: 'acme_production_AAAA\u20261111',
    }
    expect(changesText({ before: null, after })).toBe(
      'production; owner service sa_1; 2 permissions: a:read, b:read; only project p1; only from 10.0.0.0/8; expires 2 Jan 2030',
    )
    expect(changesText({ before: null, after: { permissions: [], resources: {}, expiresAt: null } })).toBe(
      'no permissions; expires never',
    )
    expect(changesText({ before: null, after: { permissions: { count: 40, only: ['a', 'b'] } } })).toBe(
      '40 permissions: a, b and 38 more',
    )
  })

  test.each([
    [{ name: 'A' }, { name: 'B' }, 'name A -> B'],
    [{ description: null }, { description: 'd' }, 'description nothing -> d'],
    [{ permissions: ['a', 'b'] }, { permissions: ['b', 'c'] }, 'permissions +c -a'],
    [{ permissions: ['a', 'b'] }, { permissions: ['b', 'a'] }, 'permissions in another order'],
    [{ resources: {} }, { resources: { project: ['p'] } }, 'resources all -> project p'],
    [{ owner: { type: 'user', id: 'a' } }, { owner: { type: 'service', id: 's' } }, 'owner user a -> service s'],
    [{ expiresAt: null }, { expiresAt: Date.UTC(2030, 0, 2) }, 'expires never -> 2 Jan 2030'],
    [{ status: 'active' }, { status: 'revoked', reason: 'leaked' }, 'leaked'],
    [null, null, ''],
    [
      { secretVersion: 1, hint: 'x\u20261111', overlapEndsAt: null },
      { secretVersion: 2, hint: 'x\u20262222', overlapEndsAt: Date.UTC(2030, 0, 2) },
      'v2 (\u20262222) replaces v1 (\u20261111), which works until 2 Jan 2030, 00:00 UTC',
    ],
    [{ secretVersion: 1 }, { secretVersion: 2 }, 'v2 replaces v1, which stopped at once'],
  ])('of a change from %j to %j is %j', (before, after, text) => {
    expect(changesText({ before, after })).toBe(text)
  })

  test('is bounded, and safe to show', () => {
    const text = changesText({ before: { name: 'a' }, after: { name: `\u001b[31m\n${'x'.repeat(500)}` } })
    expect(text).toHaveLength(161)
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u001f]/)
  })
})
