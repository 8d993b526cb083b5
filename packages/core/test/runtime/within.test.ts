import { testClock } from '@claviger/testing'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { UnavailableError } from '../../src/errors/errors.ts'
import { within } from '../../src/runtime/within.ts'
import { hostileErrors } from '../support/hostile-errors.ts'
import { setUp } from '../support/set-up.ts'

const unheard: unknown[] = []
const hear = (reason: unknown): void => void unheard.push(reason)
process.on('unhandledRejection', hear)
afterEach(() => {
  expect(unheard.splice(0)).toEqual([])
})

test.each(hostileErrors())('what is waited for may reject with %s: the wait ends at once', async (_, thrown) => {
  const clock = testClock()
  const rejects = within(clock, 1_000, 'store', () => Promise.reject(thrown))
  await expect(rejects).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', message: 'The store failed.' })
  const throws = within(clock, 1_000, 'owner', () => {
    throw thrown
  })
  await expect(throws).rejects.toBeInstanceOf(UnavailableError)
  await new Promise((resolve) => setImmediate(resolve))
})

test.each(hostileErrors())(
  'resolveOwner may reject with %s: 503 within the time, and the message names it',
  async (_, thrown) => {
    const { create, keyring } = setUp({ resolveOwner: () => Promise.reject(thrown) })
    onTestFinished(() => keyring.close())
    const { token } = await create()
    await expect(keyring.verify(token)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'owner',
      message: 'resolveOwner failed.',
      cause: expect.any(Error),
    })
  },
)

test.each(hostileErrors())('a store may reject with %s: 503 within the time', async (_, thrown) => {
  const { create, keyring, store } = setUp()
  onTestFinished(() => keyring.close())
  const { token } = await create()
  await keyring.ready()
  store.find = () => Promise.reject(thrown)
  await expect(keyring.verify(token)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
})

test('what comes too late says what it was, and where to look', async () => {
  const clock = testClock()
  const never = (): Promise<never> => new Promise(() => {})
  const store = within(clock, 1_000, 'store', never)
  const owner = within(clock, 1_000, 'owner', never)
  clock.advance(1_000)
  await expect(store).rejects.toThrow(/The store did not answer in time\. .*pool exhausted/)
  await expect(owner).rejects.toThrow(/owner.* did not answer in time\. .*resolveOwner/)
})
