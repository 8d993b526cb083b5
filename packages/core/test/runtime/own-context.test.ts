import { AsyncLocalStorage } from 'node:async_hooks'
import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { hmacSha256 } from '../../src/index.ts'
import { observedStore } from '../support/observed-store.ts'
import { setUp } from '../support/set-up.ts'

const requests = new AsyncLocalStorage<string>()

test('resolveOwner and the store are asked in the context of the keyring, never in the one of the first caller', async () => {
  const seen: unknown[] = []
  const store = observedStore(memoryStore())
  store.before('find', () => void seen.push(requests.getStore()))
  const { create, keyring } = setUp({
    on: store,
    resolveOwner() {
      seen.push(requests.getStore())
      return ['*:*']
    },
  })
  const { token } = await requests.run('maker', () => create())
  seen.length = 0
  const verifications = ['one', 'two', 'three'].map((name) =>
    requests.run(name, async () => {
      const verification = await keyring.verify(token)
      return [verification.ok, requests.getStore()]
    }),
  )
  expect(await Promise.all(verifications)).toEqual([
    [true, 'one'],
    [true, 'two'],
    [true, 'three'],
  ])
  expect(seen).toEqual([undefined, undefined])
})

test('polls, counts and repairs that a request has set off run outside of it', async () => {
  const seen = new Map<string, unknown>()
  const shared = memoryStore()
  const one = { id: 'one', secret: '1'.repeat(32) }
  const { create } = setUp({ on: shared.connect(), hasher: hmacSha256({ pepper: one }) })
  const { token } = await create()
  const store = observedStore(shared.connect())
  for (const method of ['poll', 'addUsage', 'commit', 'find'] as const) {
    store.before(method, () => void seen.set(method, requests.getStore() ?? 'none'))
  }
  const { keyring, clock } = setUp({
    on: store,
    hasher: hmacSha256({ pepper: { id: 'two', secret: '2'.repeat(32) }, previousPeppers: [one] }),
  })
  await requests.run('request', () => keyring.verify(token))
  for (let second = 0; second < 6; second += 1) await clock.advanceAsync(1_000)
  expect(Object.fromEntries(seen)).toEqual({ poll: 'none', addUsage: 'none', commit: 'none', find: 'none' })
})
