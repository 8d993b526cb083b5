import { dayMs } from '@claviger/core/store'
import { testKeyId } from '@claviger/testing'
import { expect, test } from 'vitest'
import { sqliteStore, type SqliteDatabase } from '../../src/index.ts'
import { sqliteFixture } from '../support/sqlite-store.ts'

const start = 1_735_689_600_000
const range = { workspaceId: 'ws_acme', from: start, to: start + dayMs } as const
const batch = {
  instanceId: 'i',
  sequence: 1,
  entries: Array.from({ length: 1_000 }, (_, index) => ({
    workspaceId: 'ws_acme',
    keyId: testKeyId(index),
    version: 1,
    hour: start,
    requests: 1,
    allowed: 1,
    denied: {},
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: start,
  })),
}

test('of a batch that failed half-way is completed when it is sent again, and nothing counted twice', async () => {
  const { store, handle } = await sqliteFixture()
  let commits = 0
  const failing: SqliteDatabase = {
    prepare: (sql) => handle.database.prepare(sql),
    exec(sql) {
      if (sql === 'commit' && (commits += 1) % 3 === 0) throw new Error('disk I/O error')
      return handle.database.exec(sql)
    },
  }
  const broken = sqliteStore(failing)
  let failures = 0
  for (let attempt = 0; attempt < 20; attempt += 1) await broken.addUsage(batch).catch(() => (failures += 1))
  expect(failures).toBeGreaterThan(2)
  await store.addUsage(batch)
  for (const bucket of ['hour', 'day', 'total'] as const) {
    expect(await store.usage({ ...range, bucket })).toMatchObject([{ requests: 1_000 }])
  }
  expect(await store.busiest({ ...range, limit: 1 })).toMatchObject({ activeKeys: 1_000, othersAtMost: 1 })
})

test('lets the event loop turn while it adds a large batch', async () => {
  const { store } = await sqliteFixture()
  let turns = 0
  const state = { adding: true }
  const turning = (async () => {
    for (; state.adding; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  })()
  await store.addUsage(batch)
  state.adding = false
  await turning
  expect(turns).toBeGreaterThanOrEqual(10)
})
