import { testRecord, testSecret } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { keyStatus } from '../../src/store/status.ts'

const at = 1_000_000

describe('keyStatus', () => {
  test.each([
    ['active', {}],
    ['revoked', { revokedAt: at }],
    ['revoked', { revokedAt: at + 1 }],
    ['revoked', { revokedAt: 0, expiresAt: 1, disabledAt: 1 }],
    ['expired', { expiresAt: 0, disabledAt: 1 }],
    ['disabled', { disabledAt: 0 }],
    ['disabled', { disabledAt: at + 1, expiresAt: at + 1 }],
  ] as const)('is %s for %j', (status, overrides) => {
    expect(keyStatus(testRecord(overrides), at)).toBe(status)
  })

  test.each([
    [-1, 'active'],
    [0, 'expired'],
    [1, 'expired'],
  ] as const)('at %s ms from its expiry is %s', (offset, status) => {
    expect(keyStatus(testRecord({ expiresAt: at }), at + offset)).toBe(status)
  })

  test.each([
    [-1, 'rotating'],
    [0, 'active'],
    [1, 'active'],
  ] as const)('at %s ms from the end of an overlap is %s', (offset, status) => {
    const secrets = [testSecret({ version: 2 }), testSecret({ endsAt: at })] as const
    expect(keyStatus(testRecord({ secrets }), at + offset)).toBe(status)
    expect(keyStatus(testRecord({ secrets, disabledAt: 1 }), at + offset)).toBe('disabled')
  })
})
