import type { Announcement } from '@claviger/core/store'
import { testRecord, testServiceAccount } from '../records.ts'
import {
  accepted,
  activityEntry,
  change,
  committed,
  insert,
  insertAccount,
  insertIdempotency,
  readOne,
  refused,
  same,
  start,
  stored,
  update,
  usageEntry,
} from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

/** Records go in and come out as copies: who changes what it holds changes nothing stored. */
export const copies: ContractGroup = {
  title: 'copies in and out',
  define(test) {
    test('keeps what was committed when the caller changes its record afterwards', async ({ store }) => {
      const record = structuredClone(testRecord({ metadata: { team: 'platform' } }))
      const before = structuredClone(record)
      await stored(store, record)
      vandalise(record)
      same(await readOne(store, before.id), before)
    })

    test('keeps what is stored when a caller changes what find gave', async ({ store }) => {
      const record = testRecord({ metadata: { team: 'platform' } })
      await stored(store, record)
      vandalise(await readOne(store, record.id))
      same(await readOne(store, record.id), record)
    })

    test('keeps what is stored when a caller changes what list gave', async ({ store }) => {
      const record = testRecord({ metadata: { team: 'platform' } })
      await stored(store, record)
      vandalise((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items)
      same((await store.list({ workspaceId: 'ws_acme', at: start, limit: 1 })).items, [record])
    })

    test('keeps what is stored when a caller changes the current record of a conflict', async ({ store }) => {
      const record = testRecord({ metadata: { team: 'platform' } })
      const retry = insertIdempotency()
      await committed(store, insert(record), retry)
      for (const write of [insert(record), update({ ...record, revision: 5 }), retry]) {
        vandalise(refused(await store.commit(change({ writes: [write] }))))
      }
      same(await readOne(store, record.id), record)
      same(refused(await store.commit(change({ writes: [insertIdempotency()] }))).current, insertIdempotency().record)
    })

    test('keeps service accounts and activity when a caller changes what it wrote or read', async ({ store, need }) => {
      const { services, activity } = need('services', 'activity')
      const account = structuredClone(testServiceAccount())
      const entry = structuredClone(activityEntry({ after: { permissions: ['a:b'] }, origin: { ip: '::1' } }))
      const before = structuredClone({ account, entry })
      accepted(await store.commit(change({ writes: [insertAccount(account)], activity: [entry] })))
      vandalise([account, entry])
      for (let read = 0; read < 2; read += 1) {
        const accounts = await services({ workspaceId: 'ws_acme', limit: 1 })
        const entries = await activity({ workspaceId: 'ws_acme', limit: 1 })
        same([accounts.items, entries.items], [[before.account], [before.entry]])
        vandalise([accounts, entries])
      }
    })

    test('keeps the change log when a caller changes what it announced or was told', async ({ store, need }) => {
      const { poll } = need('poll')
      const { head } = await poll(null)
      const announcements: Announcement[] = [{ type: 'owner', workspaceId: 'w', owner: { type: 'user', id: 'ada' } }]
      const before = structuredClone(announcements)
      const moved = accepted(await store.commit(change({ announcements })))
      const expected = structuredClone(moved)
      vandalise([announcements, moved])
      for (let read = 0; read < 2; read += 1) {
        const told = await poll(head)
        same(
          [told.head, told.changes === 'gap' ? [] : told.changes.map((one) => one.announcements)],
          [expected, [before]],
        )
        vandalise(told)
      }
    })

    test('keeps usage when a caller changes what it added or was told', async ({ need }) => {
      const { addUsage, usage } = need('addUsage', 'usage')
      const entry = structuredClone(usageEntry({ denied: { key_expired: 2 } }))
      await addUsage({ instanceId: 'a', sequence: 1, entries: [entry] })
      vandalise(entry)
      for (let read = 0; read < 2; read += 1) {
        const points = await usage({ workspaceId: 'ws_acme', from: start, to: start + 1, bucket: 'hour' })
        same(
          points.map(({ requests, denied }) => ({ requests, denied })),
          [{ requests: 1, denied: { key_expired: 2 } }],
        )
        vandalise(points)
      }
    })
  },
}

/** Overwrites everything that can be overwritten, however deep. What is frozen stays, and may. */
function vandalise(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const [name, item] of Object.entries(value)) {
    vandalise(item)
    if (typeof item !== 'object') Reflect.set(value, name, typeof item === 'number' ? 666 : 'vandalised')
  }
  if (Array.isArray(value) && !Object.isFrozen(value)) value.push('vandalised')
}
