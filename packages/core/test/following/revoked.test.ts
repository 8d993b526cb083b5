import { testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createRevokedKeys } from '../../src/following/revoked.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import type { Announcement } from '../../src/store/store.ts'

describe('revoked keys', () => {
  const forgetting = () => {
    const forgotten: Announcement[] = []
    return { forgotten, cache: { apply: (list: readonly Announcement[]) => void forgotten.push(...list) } }
  }
  const revokedOf = (record: KeyRecord): KeyRecord => ({ ...record, revokedAt: record.updatedAt })

  test('that were seen are remembered, in bounds, and forgotten by the cache at first sight', () => {
    const { forgotten, cache } = forgetting()
    const revoked = createRevokedKeys(3, cache)
    const keys = ['a', 'b', 'c', 'd'].map((id) => testRecord({ id }))
    for (const key of keys) revoked.see(key)
    expect([forgotten, keys.map((key) => revoked.judged(key))]).toEqual([[], keys])
    for (const key of [...keys, testRecord({ id: 'd' })]) revoked.see(revokedOf(key))
    expect(forgotten).toEqual(['a', 'b', 'c', 'd'].map((id) => ({ type: 'key', id })))
    expect(keys.map((key) => revoked.judged(key).revokedAt !== null)).toEqual([false, true, true, true])
  })

  test('of one workspace are not forgotten for another that has revoked more than there is room for', () => {
    const revoked = createRevokedKeys(100, forgetting().cache)
    const own = Array.from({ length: 10 }, (_, index) => testRecord({ id: `own${index}`, workspaceId: 'ws_acme' }))
    const others = Array.from({ length: 1_000 }, (_, index) =>
      testRecord({ id: `other${index}`, workspaceId: 'ws_globex' }),
    )
    for (const key of [...own, ...others]) revoked.see(revokedOf(key))
    const isRemembered = (key: KeyRecord | undefined) => key !== undefined && revoked.judged(key).revokedAt !== null
    expect(own.every(isRemembered)).toBe(true)
    expect(isRemembered(others.at(-1))).toBe(true)
  })

  test('that are suspended are judged on the record, until the last reason ends', () => {
    const revoked = createRevokedKeys(3, forgetting().cache)
    const record = testRecord()
    const revoke = (one: KeyRecord): KeyRecord => ({ ...one, revokedAt: one.updatedAt })
    const stranger = revoked.suspend(record.id, (one) => (one.workspaceId === 'ws_globex' ? revoke(one) : one))
    expect(revoked.judged(record)).toBe(record)
    const first = revoked.suspend(record.id, revoke)
    const second = revoked.suspend(record.id, (one) => ({ ...revoke(one), disabledAt: 7 }))
    first()
    expect(revoked.judged(record)).toEqual({ ...record, revokedAt: record.updatedAt, disabledAt: 7 })
    second()
    stranger()
    expect(revoked.judged(record)).toBe(record)
  })
})
