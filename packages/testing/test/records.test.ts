import { decodeKeyRecord, decodeServiceAccount, encodeKeyRecord } from '@claviger/core/store'
import { testKeyId, testRecord, testServiceAccount } from '@claviger/testing'
import { expect, test } from 'vitest'

test('test records are what a store can read back', () => {
  const record = testRecord({ name: 'Mine' })
  expect(decodeKeyRecord(encodeKeyRecord(record))).toEqual(record)
  expect(record.name).toBe('Mine')
  expect(decodeServiceAccount(testServiceAccount())).toEqual(testServiceAccount())
})

test('test ids sort as their numbers do', () => {
  const ids = [0, 9, 10, 99, 100].map(testKeyId)
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.every((id) => /^[0-9A-Za-z]{16}$/.test(id))).toBe(true)
})
