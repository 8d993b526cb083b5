import { channel } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { KeyringEvent } from '../../../src/index.ts'
import type { KeyAction, ServiceAccountAction } from '../../../src/keys/shapes/activity.ts'
import { admin, named } from '../../support/actors.ts'
import { fails } from '../../support/observed-store.ts'
import { entryFor, legacyPattern, legacyToken } from '../../support/imported.ts'
import { ada, type SetUp, setUp } from '../../support/set-up.ts'

const bob = { type: 'user', id: 'bob' } as const

/** A keyring, and what it told. */
function listening(): SetUp & { readonly events: KeyringEvent[] } {
  const events: KeyringEvent[] = []
  return {
    ...setUp({ importedTokens: { pattern: legacyPattern }, onEvent: (event) => void events.push(event) }),
    events,
  }
}

/** What must happen for each event, on a key in its overlap and an account. */
const deeds: Readonly<
  Record<KeyAction | ServiceAccountAction, (world: SetUp, keyId: string, accountId: string) => Promise<unknown>>
> = {
  'key.created': ({ keys }) => keys.create({ ...named, owner: ada }),
  'key.imported': ({ keys }) => keys.import([entryFor(legacyToken())]),
  'key.updated': ({ keys }, id) => keys.update(id, { name: 'Renamed' }),
  'key.rotated': ({ keys }, id) => keys.rotate(id, { overlap: 0 }),
  'key.overlapEnded': ({ keys }, id) => keys.endOverlap(id),
  'key.disabled': ({ keys }, id) => keys.disable(id),
  'key.enabled': async ({ keys }, id) => keys.enable(id),
  'key.transferred': ({ keys }, id) => keys.transfer(id, bob),
  'key.revoked': ({ keys }, id) => keys.revoke(id),
  'serviceAccount.created': ({ keys }) => keys.serviceAccounts.create({ name: 'other', permissions: [] }),
  'serviceAccount.updated': ({ keys }, _, id) => keys.serviceAccounts.update(id, { name: 'Renamed' }),
  'serviceAccount.deleted': ({ keys }, _, id) => keys.serviceAccounts.delete(id),
}

async function world(action: string) {
  const all = listening()
  const { key } = await all.create()
  await all.keys.rotate(key.id)
  const account = await all.keys.serviceAccounts.create({ name: 'bot', permissions: [] })
  if (action === 'key.enabled') await all.keys.disable(key.id)
  all.events.length = 0
  return { all, keyId: key.id, accountId: account.id }
}

describe('onEvent', () => {
  test.each(Object.entries(deeds))(
    '%s is told exactly once, with what became of it and who did it',
    async (action, deed) => {
      const { all, keyId, accountId } = await world(action)
      all.clock.advance(5)
      await deed(all, keyId, accountId)
      expect(all.events).toHaveLength(1)
      const [event] = all.events
      if (event === undefined) throw new Error('Expected an event.')
      expect(event).toMatchObject({
        type: action,
        workspaceId: 'ws_acme',
        actor: { type: 'system', id: 'system' },
        at: new Date(all.clock.now()),
      })
      if ('key' in event) expect(event.key).toEqual(await all.keys.get(event.key.id))
      else expect(event.serviceAccount).toEqual(await all.keys.serviceAccounts.get(event.serviceAccount.id))
      expect('key' in event).toBe(action.startsWith('key.'))
    },
  )

  test('done again, what changes nothing is not told again', async () => {
    for (const action of [
      'key.updated',
      'key.overlapEnded',
      'key.disabled',
      'key.enabled',
      'key.transferred',
      'key.revoked',
      'serviceAccount.updated',
      'serviceAccount.deleted',
    ] as const) {
      const { all, keyId, accountId } = await world(action)
      for (let times = 0; times < 3; times += 1) await deeds[action](all, keyId, accountId)
      expect(all.events.map(({ type }) => type)).toEqual([action])
    }
  })

  test('no event follows a call that was refused, failed or only read', async () => {
    const { all, keyId, accountId } = await world('')
    const { keyring, keys, store, events } = all
    const nobody = keyring.as(admin({ workspaceId: 'ws_globex' }))
    await nobody.revoke(keyId).catch(() => {})
    await nobody.serviceAccounts.delete(accountId).catch(() => {})
    await keys.update(keyId, { name: '' }).catch(() => {})
    await keys.rotate(keyId).catch(() => {})
    await keyring
      .as(admin({ permissions: [] }))
      .transfer(keyId, { type: 'user', id: 'root' })
      .catch(() => {})
    await keys.get(keyId)
    await keys.list()
    await keys.activity()
    await keys.diagnose({ id: keyId })
    await keyring.ownerChanged({ workspaceId: 'ws_acme', owner: ada })
    store.before('commit', fails)
    await keys.update(keyId, { name: 'x' }).catch(() => {})
    await keys.serviceAccounts.update(accountId, { name: 'x' }).catch(() => {})
    expect(events).toEqual([])
  })

  test('of fifty revocations at once one is told; of a rotation contest, the winner', async () => {
    const { create, keys, events } = listening()
    const { key } = await create()
    await Promise.allSettled(Array.from({ length: 50 }, () => keys.rotate(key.id, { overlap: 0 })))
    await Promise.all(Array.from({ length: 50 }, () => keys.revoke(key.id)))
    expect(events.map(({ type }) => type)).toEqual(['key.created', 'key.rotated', 'key.revoked'])
  })

  test('a revocation that was stored late is told when it was', async () => {
    const { create, keys, store, clock, events } = listening()
    const { key } = await create()
    store.before('commit', fails)
    await expect(keys.revoke(key.id, { reason: 'leaked' })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE',
    })
    expect(events.map(({ type }) => type)).toEqual(['key.created'])
    store.before('commit', undefined)
    await clock.advanceAsync(1_000)
    expect(events.map(({ type }) => type)).toEqual(['key.created', 'key.revoked'])
  })

  test('deleting a service account reports the account first, then each key', async () => {
    const { keys, events } = listening()
    const account = await keys.serviceAccounts.create({ name: 'bot', permissions: [] })
    const owner = { type: 'service', id: account.id } as const
    const made = [await keys.create({ ...named, owner }), await keys.create({ ...named, owner })]
    events.length = 0
    await keys.serviceAccounts.delete(account.id)
    expect(events.map(({ type }) => type)).toEqual(['serviceAccount.deleted', 'key.revoked', 'key.revoked'])
    const told = events.flatMap((event) => ('key' in event ? [event.key.id] : []))
    expect(told.sort()).toEqual(made.map(({ key }) => key.id).sort())
  })

  test('no event holds a token, and a listener that changes one affects no other', async () => {
    const { create, keys, events } = listening()
    const { key, token } = await create({ metadata: { team: 'search' } })
    const rotated = await keys.rotate(key.id)
    const text = inspect(events, { depth: null, showHidden: true })
    for (const each of [token, rotated.token]) expect(text).not.toContain(each.slice(-49, -6))
    for (const event of events) {
      if ('key' in event) Object.assign(event.key.metadata, { team: 'changed by a listener' })
    }
    expect([key.metadata, rotated.key.metadata, (await keys.get(key.id)).metadata]).toEqual(
      Array(3).fill({ team: 'search' }),
    )
  })

  test('may throw or reject: the change stands, and the error is published', async () => {
    const seen: unknown[] = []
    const note = (message: unknown): void => void seen.push(message)
    channel('claviger:error').subscribe(note)
    const { create, keys } = setUp({
      onEvent: ({ type }) => {
        if (type === 'key.created') throw new Error('mail server down')
        return Promise.reject(new Error('chat down'))
      },
    })
    const { key } = await create()
    expect(await keys.disable(key.id)).toMatchObject({ status: 'disabled' })
    await new Promise((resolve) => setImmediate(resolve))
    channel('claviger:error').unsubscribe(note)
    expect(seen).toMatchObject([
      { during: 'onEvent', error: { message: 'mail server down' } },
      { during: 'onEvent', error: { message: 'chat down' } },
    ])
  })
})
