import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { type KeyStore, UnavailableError } from '@claviger/core/store'
import { testKeyId, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createFileKeyring } from '../src/app.ts'
import { jsonFileStore } from '../src/json-file-store.ts'
import { inserting, temporaryFile } from './file.ts'

const record = testRecord()
const found = new Map([[record.id, record]])

async function storeWithOneKey(): Promise<{ readonly path: string; readonly store: KeyStore }> {
  const path = await temporaryFile()
  const store = jsonFileStore(path)
  await store.ready?.()
  await store.commit(inserting(record))
  return { path, store }
}

const storeIdOf = async (store: KeyStore): Promise<unknown> => (await store.poll?.(null))?.head.storeId

describe('ready', () => {
  test('makes one file, however many ask for it at once', async () => {
    const path = await temporaryFile()
    const stores = Array.from({ length: 8 }, () => jsonFileStore(path))
    await Promise.all(stores.map(async (store) => store.ready?.()))
    const ids = await Promise.all(stores.map(storeIdOf))
    expect(new Set(ids)).toEqual(new Set([expect.stringMatching(/^[0-9a-f-]{36}$/)]))
  })

  test('keeps the file there is', async () => {
    const { path, store } = await storeWithOneKey()
    const again = jsonFileStore(path)
    await again.ready?.()
    expect(await again.find([record.id])).toEqual(found)
    expect(await storeIdOf(again)).toBe(await storeIdOf(store))
  })

  test('makes a file that only its owner can read: it holds hashes', async () => {
    const { path } = await storeWithOneKey()
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('rejects when the folder is missing', async () => {
    await expect(jsonFileStore(`${await temporaryFile()}/keys.json`).ready?.()).rejects.toThrow('ENOENT')
  })

  test('rejects a file that is not one of this store, and leaves it as it is', async () => {
    const path = await temporaryFile()
    await writeFile(path, '{"name":"package"}')
    await expect(jsonFileStore(path).ready?.()).rejects.toThrow(UnavailableError)
    expect(await readFile(path, 'utf8')).toBe('{"name":"package"}')
  })
})

describe('a file that is gone or spoilt is an error, not an empty store', () => {
  const calls = (store: KeyStore): Promise<unknown>[] => [
    store.find([record.id]),
    store.list({ workspaceId: record.workspaceId, at: 0, limit: 1 }),
    store.poll?.(null) ?? Promise.resolve(),
    store.commit(inserting(testRecord({ id: testKeyId(2) }))),
  ]

  test('gone', async () => {
    const { path, store } = await storeWithOneKey()
    await rm(path)
    for (const call of await Promise.allSettled(calls(store))) expect(call.status).toBe('rejected')
  })

  test('spoilt: and what it holds is quoted in no error', async () => {
    const { path, store } = await storeWithOneKey()
    await writeFile(path, '$argon2id$v=19$secret')
    for (const call of await Promise.allSettled(calls(store))) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CLAVIGER_UNAVAILABLE' } })
      expect(call).not.toHaveProperty('reason.cause')
      expect(JSON.stringify(call) + String('reason' in call && call.reason)).not.toContain('argon2id')
    }
  })
})

describe('a crash leaves the old state or the new one', () => {
  test('what a process wrote and had no time to rename is not read, and gives way to the next change', async () => {
    const { path, store } = await storeWithOneKey()
    await writeFile(`${path}.next`, '{"storeId":"half of a fi')
    const reopened = jsonFileStore(path)
    await reopened.ready?.()
    expect(await reopened.find([record.id])).toEqual(found)
    const other = testRecord({ id: testKeyId(2) })
    expect(await reopened.commit(inserting(other))).toMatchObject({ ok: true, head: { epoch: 2 } })
    expect(await store.find([record.id, other.id])).toEqual(new Map([...found, [other.id, other]]))
  })

  test('a change that cannot be written is not made, and does not stand in the way of the next', async () => {
    const { path, store } = await storeWithOneKey()
    const other = testRecord({ id: testKeyId(2) })
    await mkdir(`${path}.next`)
    await expect(store.commit(inserting(other))).rejects.toThrow('EISDIR')
    expect(await store.find([record.id, other.id])).toEqual(found)
    await rmdir(`${path}.next`)
    expect(await store.commit(inserting(other))).toMatchObject({ ok: true, head: { epoch: 2 } })
  })
})

test('the log returns the last changes, and a gap to a caller that is further behind', async () => {
  const { store } = await storeWithOneKey()
  const first = await store.poll?.(null)
  const empty = inserting()
  for (let changes = 0; changes < 99; changes += 1) await store.commit({ ...empty, nonce: `${changes}` })
  expect((await store.poll?.(first?.head ?? null))?.changes).toHaveLength(99)
  await store.commit({ ...empty, nonce: 'one more' })
  expect((await store.poll?.(first?.head ?? null))?.changes).toBe('gap')
})

test('guarantees() says what was left out', async () => {
  const keyring = createFileKeyring(await temporaryFile())
  expect(keyring.guarantees()).toMatchObject({
    revocation: { sameProcess: 'immediate', otherProcessesWithinMs: 2_000, storeDownWithinMs: 5_000 },
    changeLog: true,
    bus: false,
    usage: false,
    activity: false,
    serviceAccounts: false,
  })
  await keyring.close()
})
