import { channel } from 'node:diagnostics_channel'
import { memoryStore } from '@claviger/store-memory'
import { testRecord, testServiceAccount } from '@claviger/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Activity } from '../../src/store/records.ts'
import type { KeyStore } from '../../src/store/store.ts'
import { setUp } from '../support/set-up.ts'

const record = testRecord({ workspaceId: 'ws_acme', owner: { type: 'user', id: 'ada' } })
const account = testServiceAccount({ workspaceId: 'ws_acme' })
const entry: Activity = {
  id: 'a1',
  workspaceId: 'ws_acme',
  at: 1,
  actor: { type: 'user', id: 'ada' },
  action: 'key.created',
  target: { type: 'key', id: record.id },
  before: null,
  after: null,
  origin: null,
}

/** A store that lists rows of any kind, for every query. */
function listing(rows: Partial<Record<'list' | 'services' | 'activity', readonly unknown[]>>): KeyStore {
  const store = memoryStore()
  const page =
    (items: readonly unknown[] = []) =>
    async () => ({ items: items as never[], nextCursor: 'on' })
  return {
    ...store,
    list: page(rows.list),
    services: page(rows.services),
    activity: page(rows.activity),
  }
}

describe('a listing believes no store', () => {
  const corrupt: unknown[] = []
  const note = (message: unknown): void => void corrupt.push(message)

  beforeEach(() => {
    corrupt.length = 0
    channel('claviger:corrupt').subscribe(note)
  })
  afterEach(() => channel('claviger:corrupt').unsubscribe(note))

  test('of keys: shows none of another workspace, none it may not see, none that cannot be read', async () => {
    const rows = [
      { ...record, workspaceId: 'ws_other' },
      { ...record, id: '0000000000000009', owner: { type: 'user', id: 'bob' } },
      { ...record, permissions: '*:*' },
      'garbage',
      null,
      record,
    ]
    const { keyring } = setUp({ on: listing({ list: rows }) })
    const ada = keyring.as({ type: 'user', id: 'ada', workspaceId: 'ws_acme', permissions: [] })
    const { items, nextCursor } = await ada.list()
    expect(items.map(({ id, workspaceId }) => [id, workspaceId])).toEqual([[record.id, 'ws_acme']])
    expect(nextCursor).toBe('on')
    expect(corrupt).toContainEqual({ keyId: record.id, field: 'permissions' })
  })

  test('of service accounts: one that cannot be read, or is of another workspace, hides no other', async () => {
    const rows = [
      { ...account, permissions: 7 },
      { ...account, id: 'svc_other', workspaceId: 'ws_other' },
      null,
      account,
    ]
    const { keyring } = setUp({ on: listing({ services: rows }) })
    const ada = keyring.as({
      type: 'user',
      id: 'ada',
      workspaceId: 'ws_acme',
      permissions: [],
      can: { manageServiceAccounts: true },
    })
    const { items, nextCursor } = await ada.serviceAccounts.list()
    expect(items.map(({ id }) => id)).toEqual([account.id])
    expect(nextCursor).toBe('on')
    expect(corrupt).toEqual([
      { field: 'permissions' },
      { serviceAccountId: 'svc_other', field: 'workspaceId' },
      { field: 'serviceAccount' },
    ])
  })

  test('of the log: shows no line of another workspace, nor what was not asked for', async () => {
    const rows = [
      { ...entry, workspaceId: 'ws_other' },
      { ...entry, actor: { type: 'user', id: 'bob' } },
      { ...entry, at: 'yesterday' },
      null,
      entry,
    ]
    const { keyring } = setUp({ on: listing({ activity: rows }) })
    const ada = keyring.as({ type: 'user', id: 'ada', workspaceId: 'ws_acme', permissions: [] })
    const { items } = await ada.activity({ actor: { type: 'user', id: 'ada' } })
    expect(items.map(({ id, workspaceId }) => [id, workspaceId])).toEqual([['a1', 'ws_acme']])
    expect(corrupt).toHaveLength(4)
  })
})
