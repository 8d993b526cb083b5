import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import Libsql from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../../src/index.ts'
import { rights } from '../../src/ready/rights.ts'
import { doesEverything } from '../suites/readiness.ts'
import { sqliteDrivers, sqliteFile } from '../support/sqlite-files.ts'

describe.each(sqliteDrivers)('ready, with $name', ({ open }) => {
  function opened(): { readonly file: string; readonly handle: ReturnType<typeof open> } {
    const { file, remove } = sqliteFile()
    const handle = open(file)
    onTestFinished(() => {
      handle.close()
      remove()
    })
    return { file, handle }
  }

  test('leaves every table as it is, also when several start at once', async () => {
    const { file, handle } = opened()
    const store = sqliteStore(handle.database)
    await store.migrate()
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    const reader = new Libsql(file)
    onTestFinished(() => void reader.close())
    const everyRow = (): string =>
      JSON.stringify(Object.keys(rights).map((table) => reader.prepare(`select * from claviger_${table}`).all([])))
    const before = everyRow()
    const other = open(file)
    onTestFinished(() => other.close())
    const others = [store, sqliteStore(other.database)]
    await Promise.all(others.flatMap((one) => [one.ready(), one.ready(), one.ready()]))
    expect(everyRow()).toBe(before)
  })

  test('passes, and everything works afterwards', async () => {
    const { handle } = opened()
    const store = sqliteStore(handle.database)
    await store.migrate()
    await doesEverything(store)
  })

  test('names the file that has no tables', async () => {
    const { file, handle } = opened()
    await expect(sqliteStore(handle.database).ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining(file),
    })
  })
})

describe('a handle that is read only', () => {
  test('is refused by ready() and by the first verification, with what to do', async () => {
    const { file, remove } = sqliteFile()
    const writable = new Libsql(file)
    await sqliteStore(writable).migrate()
    writable.close()
    const handle = new Libsql(file)
    // As a handle opened with `readonly` behaves, which not every driver heeds.
    handle.prepare('pragma query_only = on').all([])
    onTestFinished(() => {
      handle.close()
      remove()
    })
    const keyring = createKeyring({
      prefix: 'acme',
      store: sqliteStore(handle),
      permissions: definePermissions({ prompts: ['read'] }),
      owners: 'unbounded',
      hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
    })
    const refusal = {
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringMatching(/SQLite takes no changes.*Open it without readonly/s),
    }
    await expect(keyring.ready()).rejects.toMatchObject(refusal)
    await expect(
      keyring.as(systemActor('w')).create({ name: 'A', environment: 'ci', owner: { type: 'user', id: 'a' } }),
    ).rejects.toMatchObject(refusal)
    expect(keyring.health()).toMatchObject({ ok: false, store: 'down', lastError: { during: 'ready' } })
    await keyring.close()
  })
})
