import { copyFileSync, existsSync } from 'node:fs'
import { type KeyStore, UnavailableError } from '@claviger/core/store'
import { insertKey, testChange, testKeyId, testRecord, updateKey } from '@claviger/testing'
import Libsql from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SqliteDatabase, type SqlStore, sqliteStore } from '../../src/index.ts'
import { defaultDriver, sqliteFixture } from '../support/sqlite-store.ts'

const record = testRecord()
const next = updateKey(record, { name: 'Renamed' })
const writes = [next, insertKey(testRecord({ id: testKeyId(2) }))]

/** What others can see of a change: the key it changed, the key it made, the list, and how far the log goes. */
async function stateOf(store: KeyStore): Promise<unknown> {
  const found = await store.find([testKeyId(1), testKeyId(2)])
  const listed = await store.list({ workspaceId: 'ws_acme', at: 0, limit: 10 })
  const polled = await store.poll?.(null)
  return { found: [...found.values()], listed: listed.items, epoch: polled?.head.epoch }
}

describe('a process that dies', () => {
  test('at any statement of a commit leaves the old state, and after it the new one', async () => {
    const { file, store, open } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const before = await stateOf(store)
    const copies: string[] = []
    const crashing = sqliteStore(
      spied(open().database, (sql) => {
        if (sql.startsWith('pragma')) return
        const copy = `${file}-${copies.length}`
        for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part)
        copies.push(copy)
      }),
    )
    await crashing.commit(testChange({ writes }))
    expect(copies.length).toBeGreaterThan(6)
    for (const copy of copies) expect(await afterRestart(copy)).toEqual(before)
    const after = await stateOf(store)
    expect(after).toMatchObject({ epoch: 2, found: [{ name: 'Renamed' }, { id: testKeyId(2) }] })
    expect(await afterRestart(file)).toEqual(after)
  })

  test('at any statement of a flush leaves its counts out or in, never by halves', async () => {
    const { file, store, open } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const entry = { workspaceId: 'ws_acme', keyId: record.id, version: 1, hour: 0, lastUsedAt: 5 }
    const counts = { requests: 2, allowed: 1, denied: { key_expired: 1 }, clientErrors: 0, serverErrors: 0 }
    const batch = { instanceId: 'a', sequence: 1, entries: [{ ...entry, ...counts }] }
    const copies: string[] = []
    const crashing = sqliteStore(
      spied(open().database, () => {
        const copy = `${file}-${copies.length}`
        for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part)
        copies.push(copy)
      }),
    )
    await crashing.addUsage(batch)
    for (const copy of copies) {
      const handle = defaultDriver().open(copy)
      const restarted = sqliteStore(handle.database)
      // The process sends it again: it does not know whether it was counted.
      await restarted.addUsage(batch)
      const [point] = await restarted.usage({ workspaceId: 'ws_acme', from: 0, to: 1, bucket: 'total' })
      expect(point).toMatchObject({ requests: 2, denied: { key_expired: 1 }, lastUsedAt: 5 })
      handle.close()
    }
    expect(copies.length).toBeGreaterThan(4)
  })
})

describe('a full disk', () => {
  test('rejects the commit, leaves the old state and goes on to answer', async () => {
    const { store, handle } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const before = await stateOf(store)
    handle.run('pragma max_page_count = 1')
    const big = updateKey(record, { description: 'x'.repeat(2_000), metadata: bulk() })
    const error = await store.commit(testChange({ writes: [big] })).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ cause: { code: 'SQLITE_FULL' } })
    expect(await stateOf(store)).toEqual(before)
    handle.run('pragma max_page_count = 1000000')
    expect(await store.commit(testChange({ writes: [big] }))).toMatchObject({ ok: true })
  })
})

describe('a file that may not be written', () => {
  test('is found out by ready(), and commits reject', async () => {
    const { file, store } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const handle = new Libsql(file)
    onTestFinished(() => void handle.close())
    handle.prepare('pragma query_only = 1').all()
    const readOnly = sqliteStore(handle)
    await expect(readOnly.ready()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION' })
    await expect(readOnly.commit(testChange())).rejects.toThrow(UnavailableError)
    expect(await readOnly.find([record.id])).toHaveProperty('size', 1)
  })
})

describe('a statement that reports success and changes nothing', () => {
  test.each([
    ['an update of a key', 'before update on claviger_keys'],
    ['an insert of a key', 'before insert on claviger_keys'],
    ['a move of the head', 'before update on claviger_head'],
  ])('is no success: %s', async (_, event) => {
    const { store, handle } = await sqliteFixture()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const before = await stateOf(store)
    handle.run(`create trigger swallow ${event} begin select raise(ignore); end`)
    await expect(store.commit(testChange({ writes }))).rejects.toThrow(UnavailableError)
    expect(await stateOf(store)).toEqual(before)
    handle.run('drop trigger swallow')
    expect(await store.commit(testChange({ writes }))).toMatchObject({ ok: true })
  })
})

function bulk(): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`note-${index}`, 'x'.repeat(1_000)]))
}

/** Called with every statement before it runs. */
function spied(database: SqliteDatabase, before: (sql: string) => void): SqliteDatabase {
  return {
    prepare(sql) {
      before(sql)
      return database.prepare(sql)
    },
    exec(sql) {
      before(sql)
      return database.exec(sql)
    },
  }
}

async function afterRestart(file: string): Promise<unknown> {
  const handle = defaultDriver().open(file)
  const store: SqlStore = sqliteStore(handle.database)
  await store.ready()
  const state = await stateOf(store)
  handle.close()
  return state
}
