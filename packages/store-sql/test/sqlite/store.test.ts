import {
  type Activity,
  encodeKeyRecord,
  type KeyStore,
  maxRecordLength,
  UnavailableError,
  ValidationError,
} from '@claviger/core/store'
import { insertKey, testChange, testKeyId, testRecord, testServiceAccount, updateKey } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { sqliteStore } from '../../src/index.ts'
import { sqliteFixture } from '../support/sqlite-store.ts'

const record = testRecord({ expiresAt: 9, disabledAt: 8, ownerGoneAt: 7 })

describe('a row whose columns and record disagree', () => {
  // Someone may revoke by hand, in SQL: to believe the record alone would let the key go on.
  test.each([
    ['revoked_at', 5],
    ['expires_at', 1],
    ['disabled_at', 1],
    ['owner_gone_at', 1],
    ['previous_ends_at', 1],
    ['created_at', 1],
    ['secret_created_at', 1],
    ['revision', 2],
    ['workspace_id', 'ws_other'],
    ['environment', 'staging'],
    ['owner_type', 'service'],
    ['owner_id', 'eve'],
    ['name_folded', 'other'],
    ['last4', 'xxxx'],
    ['last_used_at', -1],
    ['last_used_at', 8.64e15 + 1],
  ])('is corrupt, and its key is refused: %s', async (column, value) => {
    const { store, handle } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    handle.run(`update claviger_keys set ${column} = ?`, value)
    expect(await store.find([record.id])).toEqual(new Map([[record.id, 'corrupt']]))
    for (const workspaceId of ['ws_acme', 'ws_other']) {
      expect(await store.list({ workspaceId, at: 0, limit: 10 })).toEqual({ items: [], nextCursor: null })
    }
    expect(await store.commit(testChange({ writes: [updateKey(record)] }))).toMatchObject({ ok: false, current: null })
  })

  test('is corrupt when it is a service account', async () => {
    const { store, handle } = await sqliteFixture()
    const account = testServiceAccount()
    const write = { type: 'serviceAccount', record: account, expectedRevision: 0 } as const
    await store.commit(testChange({ writes: [write] }))
    handle.run('update claviger_service_accounts set deleted_at = 1')
    expect(await store.services({ workspaceId: 'ws_acme', includeDeleted: true, limit: 10 })).toMatchObject({
      items: [],
    })
    const renamed = { ...write, record: { ...account, revision: 2 }, expectedRevision: 1 }
    expect(await store.commit(testChange({ writes: [renamed] }))).toMatchObject({ ok: false, current: null })
  })
})

describe('the schema', () => {
  test('holds one row per id', async () => {
    const { store, handle } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    expect(() => handle.run('insert into claviger_keys select * from claviger_keys')).toThrow(/UNIQUE/)
  })
})

describe('the bounded change log', () => {
  test('returns the last changes, and a gap to a caller that is further behind', async () => {
    const { store } = await sqliteFixture({ changeLogLength: 2 })
    const { head: start } = await store.poll(null)
    await store.commit(testChange({ nonce: 'n1' }))
    const { head: first } = await store.poll(start)
    await store.commit(testChange({ nonce: 'n2' }))
    await store.commit(testChange({ nonce: 'n3' }))
    expect((await store.poll(start)).changes).toBe('gap')
    expect((await store.poll(first)).changes).toMatchObject([{ nonce: 'n2' }, { nonce: 'n3' }])
  })

  test('of length 0 tells only that nothing happened', async () => {
    const { store } = await sqliteFixture({ changeLogLength: 0 })
    const { head: start } = await store.poll(null)
    expect((await store.poll(start)).changes).toEqual([])
    await store.commit(testChange())
    expect((await store.poll(start)).changes).toBe('gap')
  })

  test('does not grow', async () => {
    const { store, handle } = await sqliteFixture({ changeLogLength: 20 })
    for (let index = 0; index < 100; index += 1) await store.commit(testChange())
    await store.close()
    const rows = handle.run('select epoch from claviger_changes') as unknown[]
    expect(rows.length).toBeGreaterThanOrEqual(21)
    expect(rows.length).toBeLessThanOrEqual(23)
  })

  test.each([
    ['an entry is lost', 'delete from claviger_changes where epoch = 2'],
    ['an entry cannot be read', `update claviger_changes set announcements = '{' where epoch = 2`],
    ['an entry is another', `update claviger_changes set nonce = 'other' where epoch = 3`],
  ])('is a gap where %s', async (_, accident) => {
    const { store, handle } = await sqliteFixture()
    const { head } = await store.poll(null)
    for (let index = 0; index < 3; index += 1) await store.commit(testChange())
    expect((await store.poll(head)).changes).toHaveLength(3)
    handle.run(accident)
    expect((await store.poll(head)).changes).toBe('gap')
  })

  test('without a head is unavailable, and so are commits', async () => {
    const { store, handle } = await sqliteFixture()
    handle.run('delete from claviger_head')
    await expect(store.poll(null)).rejects.toThrow(UnavailableError)
    await expect(store.commit(testChange({ writes: [insertKey(record)] }))).rejects.toThrow(UnavailableError)
    await expect(store.ready()).rejects.toThrow(UnavailableError)
    expect(await store.find([record.id])).toEqual(new Map())
  })
})

describe('texts no database could give back', () => {
  const half = '\ud83d'

  test.each([
    ['a name', { name: `a\0` }],
    ['a workspace', { workspaceId: half }],
    ['an owner', { owner: { type: 'user', id: `a${half}` } as const }],
  ])('are refused as %s, and nothing is stored', async (_, patch) => {
    const { store } = await sqliteFixture()
    const commit = store.commit(testChange({ writes: [insertKey({ ...record, ...patch })] }))
    await expect(commit).rejects.toThrow(ValidationError)
    expect(await store.find([record.id])).toEqual(new Map())
  })

  // Encoded, all halves are the same replacement character.
  test('match nothing in queries', async () => {
    const { store } = await sqliteFixture()
    await store.commit(
      testChange({ writes: [insertKey({ ...record, workspaceId: '\ufffd', owner: { type: 'user', id: '\ufffd' } })] }),
    )
    const page = { items: [], nextCursor: null }
    expect(await store.list({ workspaceId: half, at: 0, limit: 10 })).toEqual(page)
    for (const query of [{ ownerIds: [half] }, { search: half }, { search: 'a\0' }]) {
      expect(await store.list({ workspaceId: '\ufffd', at: 0, limit: 10, ...query })).toEqual(page)
    }
    expect(await store.activity({ workspaceId: half, limit: 10 })).toEqual(page)
    expect(await store.services({ workspaceId: half, limit: 10 })).toEqual(page)
    expect(await store.usage({ workspaceId: half, from: 0, to: 1, bucket: 'hour' })).toEqual([])
  })

  test('are escaped inside a record, where nothing is compared', async () => {
    const { store } = await sqliteFixture()
    const odd = testRecord({ description: `a\0${half}`, metadata: { [half]: '\0' } })
    await store.commit(testChange({ writes: [insertKey(odd)] }))
    expect((await store.find([odd.id])).get(odd.id)).toEqual(odd)
  })
})

describe('close', () => {
  test('makes every later call reject, and leaves the handle open', async () => {
    const { store, handle } = await sqliteFixture()
    await store.close()
    await expect(store.close()).resolves.toBeUndefined()
    const calls: (() => Promise<unknown>)[] = [
      () => store.find([]),
      () => store.list({ workspaceId: 'w', at: 0, limit: 1 }),
      () => store.commit(testChange()),
      () => store.poll(null),
      () => store.addUsage({ instanceId: 'i', sequence: 1, entries: [] }),
      () => store.usage({ workspaceId: 'w', from: 0, to: 1, bucket: 'hour' }),
      () => store.activity({ workspaceId: 'w', limit: 1 }),
      () => store.services({ workspaceId: 'w', limit: 1 }),
      () => store.purge({}),
      () => store.ready(),
      () => store.migrate(),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(UnavailableError)
    expect(handle.run('select 1 as one')).toMatchObject([{ one: 1 }])
  })
})

describe('an activity entry that comes again', () => {
  test('stays as it was: the change that brings it was sent again', async () => {
    const { store } = await sqliteFixture()
    const entry = {
      id: 'a1',
      workspaceId: 'w',
      at: 1,
      actor: { type: 'system', id: 'cli' },
      action: 'key.created',
      target: { type: 'key', id: testKeyId(1) },
      before: null,
      after: null,
      origin: null,
    } as const
    for (let index = 0; index < 2; index += 1) {
      expect(await store.commit(testChange({ activity: [entry] }))).toMatchObject({ ok: true })
    }
    expect(await listed(store)).toEqual([entry])
  })
})

async function listed(store: Required<Pick<KeyStore, 'activity'>>): Promise<readonly unknown[]> {
  return (await store.activity({ workspaceId: 'w', limit: 10 })).items
}

describe('a record longer than any is', () => {
  test('is not brought over: it is corrupt by id, and absent from every listing', async () => {
    const { store, handle } = await sqliteFixture()
    const { database } = handle
    const account = testServiceAccount()
    const entry: Activity = {
      id: 'entry',
      workspaceId: record.workspaceId,
      at: 1,
      actor: { type: 'user', id: 'ada' },
      action: 'key.created',
      target: { type: 'key', id: record.id },
      before: null,
      after: {},
      origin: null,
    }
    const write = { type: 'serviceAccount', record: account, expectedRevision: 0 } as const
    await store.commit(testChange({ writes: [insertKey(record), write], activity: [entry] }))
    for (const table of ['keys', 'service_accounts', 'activity']) {
      handle.run(`update claviger_${table} set record = record || ?`, ' '.repeat(300_000))
    }
    let longest = 0
    const measuring = sqliteStore({
      exec: (sql) => database.exec(sql),
      prepare(sql) {
        const statement = database.prepare(sql)
        return {
          reader: statement.reader,
          run: (parameters) => statement.run(parameters),
          all(parameters) {
            const rows = statement.all(parameters)
            longest = Math.max(longest, JSON.stringify(rows).length)
            return rows
          },
        }
      },
    })
    expect(await measuring.find([record.id])).toEqual(new Map([[record.id, 'corrupt']]))
    const { workspaceId } = record
    expect((await measuring.list({ workspaceId, at: 0, limit: 10 })).items).toEqual([])
    expect((await measuring.list({ workspaceId, at: 0, limit: 10, search: record.name })).items).toEqual([])
    expect((await measuring.services({ workspaceId, limit: 10 })).items).toEqual([])
    expect((await measuring.activity({ workspaceId, limit: 10 })).items).toEqual([])
    expect(longest).toBeLessThan(5_000)
  })

  test('counts from one character beyond the bound', async () => {
    const { store, handle } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { length } = encodeKeyRecord({ ...record, lastUsedAt: null })
    handle.run('update claviger_keys set record = record || ?', ' '.repeat(maxRecordLength - length))
    expect((await store.find([record.id])).get(record.id)).toEqual(record)
    handle.run('update claviger_keys set record = record || ?', ' ')
    expect((await store.find([record.id])).get(record.id)).toBe('corrupt')
  })
})
