import { afterEach, beforeEach, expect, type MockInstance, test, vi } from 'vitest'
import { clientUse } from '../../src/store/unclosed.ts'

let warn: MockInstance<typeof process.emitWarning>
beforeEach(() => {
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => warn.mockRestore())

const many = (client: object, count: number) => Array.from({ length: count }, () => clientUse(client, 'Redis client'))

test('stores that pile up on one client are told once, from the eleventh on', () => {
  const client = {}
  for (const use of many(client, 10)) use.begin()
  expect(warn).not.toHaveBeenCalled()
  for (const use of many(client, 10)) use.begin()
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]).toMatchObject([/keyring\.close\(\)/, { code: 'CLAVIGER_UNCLOSED_KEYRINGS' }])
})

test('those that were closed, those of other clients, and those begun twice count for none', () => {
  const client = {}
  for (const use of many(client, 30)) {
    use.begin()
    use.begin()
    use.end()
    use.end()
  }
  for (const use of many({}, 10)) use.begin()
  for (const use of many(client, 10)) use.begin()
  expect(warn).not.toHaveBeenCalled()
})
