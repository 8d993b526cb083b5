import { testClock, testRecord } from '@claviger/testing'
import { expect, test } from 'vitest'
import { type Cache, createCache } from '../../src/cache/cache.ts'
import { keyScope, ownerScope } from '../../src/cache/scopes.ts'
import type { Announcement } from '../../src/store/store.ts'
import type { Accepted, Verification } from '../../src/verification/verification.ts'
import { heardOn } from '../support/usage.ts'

const limits = {
  maxEntries: 1_000,
  maxBytes: 1_000_000,
  maxRefused: 100,
  maxNegatives: 100,
  negativeMs: 2_000,
  idleMs: 600_000,
}
const owner = (id: string): Announcement => ({ type: 'owner', workspaceId: 'ws_acme', owner: { type: 'user', id } })

/** A cache with one key of each owner, and the owners whose keys are still answered from it. */
function filled(owners: readonly string[]): Cache & { readonly alive: () => string[] } {
  const cache = createCache(limits, testClock())
  for (const id of owners) {
    const record = testRecord({ owner: { type: 'user', id } })
    const apiKey = { workspaceId: record.workspaceId, owner: record.owner } as Accepted['apiKey']
    const verification: Verification = { ok: true, apiKey, endsAt: null }
    const times = { filledAt: 0, deadline: 10, refreshAt: 8 }
    const { workspaceId } = record
    const names = { digest: id, keyId: id, workspaceId, owner: ownerScope(record), proof: id }
    cache.entries.fill({ ...names, ...times, verification, bytes: 500 })
  }
  return { ...cache, alive: () => owners.filter((id) => cache.entries.get(id)?.verification !== undefined) }
}

test('a change of one owner, announced a thousand times, raises the fence once', () => {
  const cache = filled(['ada', 'bob'])
  const scope = ownerScope({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
  const before = cache.fence.stamp(scope)
  cache.apply(Array.from({ length: 1_000 }, () => owner('ada')))
  expect(cache.fence.stamp(scope)).toBe(before + 1)
  expect(cache.alive()).toEqual(['bob'])
})

test('changes of keys, owners and workspaces in one list are all applied', () => {
  const cache = filled(['ada', 'bob', 'eve'])
  const raised = [keyScope('eve'), keyScope('nobody')].map((scope) => cache.fence.stamp(scope))
  cache.apply([owner('ada'), { type: 'key', id: 'eve' }, { type: 'workspace', workspaceId: 'ws_globex' }])
  expect(cache.alive()).toEqual(['bob'])
  expect(
    [keyScope('eve'), keyScope('nobody')].every((scope, index) => cache.fence.stamp(scope) > (raised[index] ?? 0)),
  ).toBe(true)
  cache.apply([{ type: 'workspace', workspaceId: 'ws_acme' }])
  expect(cache.alive()).toEqual([])
})

test('more changes at once than are worth looking at one by one flush everything, once', async () => {
  const cache = filled(['ada', 'bob'])
  const stamp = cache.fence.stamp('key x')
  const heard = await heardOn('claviger:flush', async () => {
    cache.apply(Array.from({ length: 5_000 }, (_, index) => owner(`user ${index}`)))
  })
  expect(heard).toEqual([{ reason: 'many changes' }])
  expect([cache.alive(), cache.fence.stamp('key x')]).toEqual([[], stamp + 1])
})
