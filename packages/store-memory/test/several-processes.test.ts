import { expect, test, vi } from 'vitest'
import { memoryStore } from '../src/memory-store.ts'
import { isOneOfSeveral, warnOfSeveral } from '../src/several-processes.ts'

test.each([
  [true, undefined, true],
  [false, '1', true],
  [true, '0', true],
  [false, '0', false],
  [false, '', false],
  [false, undefined, false],
])('a cluster worker: %s, numbered %s: one of several: %s', (isWorker, instance, several) => {
  expect(isOneOfSeveral(isWorker, instance)).toBe(several)
})

test('a memory store in one of several processes warns, once', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  memoryStore()
  warnOfSeveral(false)
  expect(warn).not.toHaveBeenCalled()
  vi.stubEnv('NODE_APP_INSTANCE', '1')
  memoryStore()
  memoryStore()
  vi.unstubAllEnvs()
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]).toMatchObject([/each has keys of its own/, { code: 'CLAVIGER_MEMORY_STORE' }])
  warn.mockRestore()
})
