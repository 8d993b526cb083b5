import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { type KeyManager, systemActor } from '../../src/index.ts'
import { mostWrites } from '../../src/store/parse-writes.ts'
import type { Change, KeyStore } from '../../src/store/store.ts'
import { actingKey } from '../support/acting-key.ts'
import { entryFor, legacyToken, setUpImported } from '../support/imported.ts'
import { ada, setUp, type SetUp } from '../support/set-up.ts'

interface Sizes {
  writes: number
  lines: number
  announcements: number
  targets: number
}

/** A store that notes the largest change it was asked for. */
function measured(store: Required<Pick<KeyStore, 'commitLocked'>> & KeyStore): {
  readonly store: KeyStore
  readonly largest: Sizes
} {
  const largest: Sizes = { writes: 0, lines: 0, announcements: 0, targets: 0 }
  const note = ({ writes, activity, announcements }: Change): void => {
    largest.writes = Math.max(largest.writes, writes.length)
    largest.lines = Math.max(largest.lines, activity.length)
    largest.announcements = Math.max(largest.announcements, announcements.length)
  }
  return {
    largest,
    store: {
      ...store,
      commit(change) {
        note(change)
        return store.commit(change)
      },
      commitLocked(targets, decide, urgency) {
        largest.targets = Math.max(largest.targets, targets.length)
        const noted: typeof decide = (stored) => {
          const change = decide(stored)
          if (change !== undefined) note(change)
          return change
        }
        return store.commitLocked(targets, noted, urgency)
      },
    },
  }
}

/** Every call that changes something. */
async function everything(keys: KeyManager, { clock, keyring, keys: system }: SetUp): Promise<void> {
  // A key may not make one.
  const account = await system.serviceAccounts.create({
    name: `Deploy ${clock.now()}`,
    permissions: ['prompts:list', 'prompts:read'],
  })
  const owner = { type: 'service', id: account.id } as const
  const input = { name: 'Key', environment: 'production', permissions: ['prompts:read'], owner } as const
  const { key } = await keys.create(input, { idempotencyKey: `create-${clock.now()}` })
  await keys.update(key.id, { name: 'Renamed', description: 'What for', metadata: { a: 'b' } })
  await keys.update(key.id, { permissions: ['prompts:list', 'prompts:read'] })
  await keys.update(key.id, { permissions: ['prompts:read'] })
  await keys.disable(key.id)
  await keys.enable(key.id)
  await keys.rotate(key.id, { overlap: '1h', idempotencyKey: `rotate-${clock.now()}` })
  await keys.endOverlap(key.id)
  await keys.transfer(key.id, ada)
  await keys.transfer(key.id, owner)
  await keys.serviceAccounts.update(account.id, { name: `Renamed ${clock.now()}`, permissions: ['prompts:read'] })
  await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
  await keys.revoke(key.id, { reason: 'Leaked' })
  const more = await Promise.all(Array.from({ length: 40 }, () => keys.create(input)))
  await keys.revokeMany(more.map(({ key: { id } }) => id))
  await keys.serviceAccounts.delete(account.id)
}

test('no call sends more than three writes, a line and an announcement, nor locks more than three records', async () => {
  const { store, largest } = measured(memoryStore())
  const set = setUp({ on: store, resolveOwner: () => ['*:*', 'keys:manage'] })
  await everything(set.keyring.as(systemActor('ws_acme')), set)
  set.clock.advance(1_000)
  await everything(set.keyring.as(await actingKey(set, { listAll: true, manageServiceAccounts: true })), set)
  await set.keyring.close()
  expect(largest).toEqual({ writes: 3, lines: 1, announcements: 1, targets: 3 })
  expect(largest.writes).toBeLessThanOrEqual(mostWrites)
})

test('importing fills changes, and no more: a write, a line and an announcement for each key', async () => {
  const { store, largest } = measured(memoryStore())
  const set = setUpImported({ on: store, resolveOwner: () => ['*:*', 'keys:manage'] })
  const account = await set.keys.serviceAccounts.create({ name: 'Deploy', permissions: ['prompts:read'] })
  const owners = [ada, { type: 'service', id: account.id } as const]
  const list = Array.from({ length: 3 * mostWrites }, (_, index) =>
    entryFor(legacyToken(index), { owner: owners[index % 2] ?? ada }),
  )
  const acting = await actingKey(set, { listAll: true, manageServiceAccounts: true })
  for (const actor of [systemActor('ws_acme'), acting]) {
    const { failed } = await set.keyring.as(actor).import(list)
    expect(failed).toBe(0)
  }
  await set.keyring.close()
  expect(largest.writes).toBe(mostWrites - 1)
  for (const size of Object.values(largest)) expect(size).toBeLessThanOrEqual(mostWrites)
})
