import type { CallerEntry } from '@claviger/core/store'
import { testKeyId } from '@claviger/testing'
import { expect, test } from 'vitest'
import { sqliteStore, type SqliteDatabase } from '../../src/index.ts'
import { sqliteFixture } from '../support/sqlite-store.ts'

const start = 1_735_689_600_000
const key = { workspaceId: 'ws_acme', keyId: testKeyId(1) }
const caller: CallerEntry = { ...key, version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt: start }
const many = Array.from({ length: 500 }, (_, index) => ({ ...caller, keyId: testKeyId(index) }))

test('of a call that failed half-way are all there when it is sent again', async () => {
  const { store, handle } = await sqliteFixture()
  let commits = 0
  const failing: SqliteDatabase = {
    prepare: (sql) => handle.database.prepare(sql),
    exec(sql) {
      if (sql === 'commit' && (commits += 1) === 4) throw new Error('disk I/O error')
      return handle.database.exec(sql)
    },
  }
  await expect(sqliteStore(failing).addCallers(many)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  expect(await store.callers({ ...key, keyId: testKeyId(499) })).toEqual([])
  await store.addCallers(many)
  for (const keyId of [0, 199, 499].map(testKeyId)) {
    expect(await store.callers({ ...key, keyId })).toEqual([{ ...caller, keyId }])
  }
})

test('are not written again when nothing is new', async () => {
  const { store, handle } = await sqliteFixture()
  await store.addCallers(many)
  const writes: string[] = []
  const watching: SqliteDatabase = {
    exec: (sql) => handle.database.exec(sql),
    prepare(sql) {
      if (/^(?:insert|update|delete)/.test(sql)) writes.push(sql)
      return handle.database.prepare(sql)
    },
  }
  const again = sqliteStore(watching)
  await again.addCallers(many)
  await again.addCallers(many.map((one) => ({ ...one, lastUsedAt: start - 1 })))
  expect(writes).toEqual([])
  await again.addCallers([{ ...caller, lastUsedAt: start + 1 }])
  expect(writes).toHaveLength(1)
})

test.each(['', 'garbage', '7', '{}', '[7,null,{},[],[1],["1",null,null,5]]', `"${'x'.repeat(70_000)}"`])(
  'that cannot be read are left out, are written over, and go with the purge',
  async (garbage) => {
    const { store, handle } = await sqliteFixture()
    await store.addCallers([caller, { ...caller, keyId: testKeyId(2) }])
    handle.run('update claviger_callers set record = ?, oldest_at = 5', garbage)
    expect(await store.callers(key)).toEqual([])
    await store.addCallers([caller])
    expect(await store.callers(key)).toEqual([caller])
    while ((await store.purge({ usageBefore: start })) === 'more');
    expect(handle.run('select key_id from claviger_callers')).toMatchObject([{ key_id: key.keyId }])
  },
)

test('lets the event loop turn while it adds many', async () => {
  const { store } = await sqliteFixture()
  let turns = 0
  const state = { adding: true }
  const turning = (async () => {
    for (; state.adding; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  })()
  await store.addCallers(many)
  state.adding = false
  await turning
  expect(turns).toBeGreaterThanOrEqual(10)
})
