import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import { UnavailableError } from '@claviger/core/store'
import { insertKey, testChange, testClock, testKeyId, testRecord } from '@claviger/testing'
import Libsql from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../../src/index.ts'
import { type SqliteFixture, sqliteFixture } from '../support/sqlite-store.ts'

const record = testRecord()

/** Puts a copy of the file in its place, as a restored backup. */
function replaced({ file, handle }: SqliteFixture): void {
  handle.run('pragma wal_checkpoint(truncate)')
  copyFileSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
}

function keyringOn(fixture: SqliteFixture): Keyring<'lab:use' | 'keys:manage'> {
  return createKeyring({
    prefix: 'lab',
    store: fixture.store,
    permissions: definePermissions({ lab: ['use'] }),
    defaultPermissions: ['lab:use'],
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
    clock: testClock(),
  })
}

describe.each([{ wal: true }, { wal: false }])('a file that was replaced under the process: %o', (mode) => {
  test('renews no trust, and takes no change', async () => {
    const fixture = await sqliteFixture(mode)
    const { store } = fixture
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    replaced(fixture)
    const calls = [
      () => store.poll(head),
      () => store.poll(null),
      () => store.ready(),
      () => store.commit(testChange({ writes: [insertKey(testRecord({ id: testKeyId(2) }))] })),
      () => store.purge({ activityBefore: 1 }),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow(/removed or replaced/)
  })

  test('makes a revocation that is not stored, never one that is lost', async () => {
    const fixture = await sqliteFixture(mode)
    const keyring = keyringOn(fixture)
    const keys = keyring.as(systemActor('lab'))
    const { key } = await keys.create({ name: 'Lab', environment: 'ci', owner: { type: 'user', id: 'ada' } })
    replaced(fixture)
    await expect(keys.revoke(key.id)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
    await keyring.close()
  })
})

test('a file that was removed is not written to', async () => {
  const { file, store } = await sqliteFixture({ wal: false })
  await store.poll(null)
  rmSync(file)
  await expect(store.poll(null)).rejects.toThrow(UnavailableError)
})

test('a link that leads to another file now is noticed, where the handle tells the name it was opened with', async () => {
  const { file, store: original } = await sqliteFixture({ wal: false })
  await original.commit(testChange({ writes: [insertKey(record)] }))
  const link = join(dirname(file), 'current.db')
  symlinkSync(file, link)
  const handle = new Libsql(link)
  onTestFinished(() => void handle.close())
  // As a handle of better-sqlite3 does. SQLite itself remembers where the link led.
  const store = sqliteStore(Object.assign(handle, { name: link }))
  await store.poll(null)
  const other = join(dirname(file), 'other.db')
  copyFileSync(file, other)
  rmSync(link)
  symlinkSync(other, link)
  await expect(store.poll(null)).rejects.toThrow(/replaced/)
})

test('a file that was replaced before anything was asked of it is noticed too', async () => {
  const { file } = await sqliteFixture({ wal: false })
  const handle = new Libsql(file)
  onTestFinished(() => void handle.close())
  handle.prepare('select 1').all()
  copyFileSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
  await expect(sqliteStore(handle).poll(null)).rejects.toThrow(/replaced/)
})

test('a database in memory has no file to lose', async () => {
  const handle = new Libsql(':memory:')
  onTestFinished(() => void handle.close())
  const store = sqliteStore(handle)
  await store.migrate()
  await store.commit(testChange({ writes: [insertKey(record)] }))
  expect((await store.poll(null)).head.epoch).toBe(1)
})

test('a file is the same when the folder beside it changes, and after vacuum', async () => {
  const { file, store, handle } = await sqliteFixture()
  const { head } = await store.poll(null)
  mkdirSync(join(dirname(file), 'beside'))
  handle.run('vacuum')
  expect(await store.poll(head)).toEqual({ head, changes: [] })
})
