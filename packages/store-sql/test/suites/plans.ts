import type { ActivityQuery, KeyQuery } from '@claviger/core/store'
import { testKeyId } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import type { SqlStore } from '../../src/index.ts'

/** A database with one large workspace, and a look at how it carries statements out. */
export interface PlannedDatabase {
  store(): SqlStore
  /** Carries work out, and gives the plan of each statement it sent. */
  plansOf(work: () => Promise<unknown>): Promise<readonly string[]>
  /** What a plan says when a whole table or index of ours is read. */
  readonly readsAll: RegExp
}

/** The workspace: so many keys and lines, none of which the filters below match. */
export const planned = { workspaceId: 'ws_large', rows: 20_000, at: 1_000_000 } as const

/** Filters that match nothing are answered from the index that is made for them, and no statement reads everything. */
export function plans(database: PlannedDatabase): void {
  const { workspaceId, at } = planned

  describe('a listing of keys goes by an index', () => {
    const shapes: readonly (readonly [name: string, query: Partial<KeyQuery>, index: string])[] = [
      ['everything', {}, 'keys_list'],
      ['active keys', { statuses: ['active'] }, 'keys_state'],
      ['disabled keys', { statuses: ['disabled'] }, 'keys_state'],
      ['revoked and expired keys', { statuses: ['revoked', 'expired'] }, 'keys_state'],
      ['rotating keys', { statuses: ['rotating'] }, 'keys_overlap'],
      ['an environment', { environments: ['staging'] }, 'keys_environment'],
      ['an owner', { ownerIds: ['nobody'] }, 'keys_owner'],
      ['visible owners', { visibleOwners: [{ type: 'user', id: 'nobody' }] }, 'keys_owner'],
      ['keys of service accounts', { visibleOwners: [{ type: 'service' }] }, 'keys_owner'],
      ['a name', { search: 'needle' }, 'keys_name'],
      ['the end of a token', { search: 'zzzz' }, 'keys_last4'],
      ['rotation due', { attention: [{ type: 'rotationDue', secretCreatedBefore: 0 }] }, 'keys_rotation'],
      ['expiring', { attention: [{ type: 'expiring', expiresBefore: at }] }, 'keys_expiry'],
      ['owner gone', { attention: [{ type: 'ownerGone' }] }, 'keys_owner_gone'],
      ['unused', { attention: [{ type: 'unused', lastUsedBefore: at }] }, 'keys_list'],
      ['never used, long ago', { attention: [{ type: 'neverUsed', createdBefore: 0 }] }, 'keys_list'],
      ['several at once', { environments: ['production'], statuses: ['active'], search: 'needle' }, 'keys_name'],
    ]

    test.each(shapes)('%s', async (_, query, index) => {
      const found = await database.plansOf(() => database.store().list({ workspaceId, at, limit: 25, ...query }))
      expect(found.join('\n')).toContain(index)
      for (const plan of found) expect(plan).not.toMatch(database.readsAll)
    })
  })

  describe('a listing of the log goes by an index', () => {
    const actor = { type: 'user', id: 'nobody' } as const
    const shapes: readonly (readonly [name: string, query: Partial<ActivityQuery>, index: string])[] = [
      ['everything', {}, 'activity_list'],
      ['a target', { targetId: 'nothing' }, 'activity_target'],
      ['an actor', { actor }, 'activity_actor'],
      ['an action', { action: 'nothing' }, 'activity_action'],
      ['an actor and an action', { actor, action: 'action_1' }, 'activity_actor'],
      ['an action within a time', { action: 'nothing', from: 10, to: 9_000 }, 'activity_action'],
    ]

    test.each(shapes)('%s', async (_, query, index) => {
      const found = await database.plansOf(() => database.store().activity({ workspaceId, limit: 25, ...query }))
      expect(found.join('\n')).toContain(index)
      for (const plan of found) expect(plan).not.toMatch(database.readsAll)
    })
  })

  test('what is asked for by id is read by it, whatever else is asked', async () => {
    const { services, list } = database.store()
    const found = [
      ...(await database.plansOf(() => services({ workspaceId, ids: ['nobody'], limit: 1 }))),
      // Of these keys, those of the owner are compared with the other conditions, by their ids.
      ...(await database.plansOf(() =>
        list({
          workspaceId,
          at,
          limit: 25,
          visibleOwners: [{ type: 'user', id: 'user_7' }],
          statuses: ['disabled', 'active'],
        }),
      )),
    ]
    // A row that is known not to be there has no plan.
    const others = found.filter((plan) => plan.trim() !== '' && !/keys_(?:owner|state)/.test(plan))
    for (const plan of others) expect(plan).toMatch(/PRIMARY|autoindex_claviger_(?:keys|service_accounts)/)
    expect(others.length).toBeGreaterThan(1)
  })

  test('a purge of expired keys reads those that have expired', async () => {
    const found = await database.plansOf(() => database.store().purge({ expiredKeysBefore: 1 }))
    expect(found.join('\n')).toContain('keys_end')
    expect(found.join('\n')).not.toMatch(/keys_age|TEMP B-TREE/)
    for (const plan of found) expect(plan).not.toMatch(database.readsAll)
  })

  test('usage goes by its sums, of a key by the primary key, the busiest keys by the index of each day', async () => {
    const range = { workspaceId, from: 0, to: 5 * 86_400_000 } as const
    const found = [
      ...(await database.plansOf(() => database.store().usage({ ...range, bucket: 'day' }))),
      ...(await database.plansOf(() => database.store().usage({ ...range, bucket: 'hour', keyId: testKeyId(7) }))),
      ...(await database.plansOf(() => database.store().busiest({ ...range, limit: 10 }))),
      ...(await database.plansOf(() => database.store().busiest({ ...range, from: 3_600_000, limit: 10 }))),
    ]
    for (const plan of found) expect(plan).not.toMatch(database.readsAll)
    expect(found.join('\n')).toContain('usage_days_busiest')
    expect(found.join('\n')).toContain('usage_keys_recent')
    // Sums of few keys are read key by key, and not from the lists of whole days.
    const ofKeys = found.filter((plan) => /PRIMARY|autoindex_claviger_usage_days/.test(plan))
    expect(ofKeys.length).toBeGreaterThan(0)
  })

  test('callers of keys go by the primary key, and those that are old by the index of the purge', async () => {
    const one = { version: 1, network: null, agent: 'node', lastUsedAt: 5 * 86_400_000 }
    const entries = Array.from({ length: 60 }, (_, index) => ({
      ...one,
      workspaceId: index % 3 === 0 ? workspaceId : `ws_${index}`,
      keyId: testKeyId(index),
    }))
    const adding = await database.plansOf(() => database.store().addCallers(entries))
    const reading = await database.plansOf(() => database.store().callers({ workspaceId, keyId: testKeyId(0) }))
    const purging = await database.plansOf(() => database.store().purge({ usageBefore: 1 }))
    for (const plan of [...adding, ...reading, ...purging]) expect(plan).not.toMatch(database.readsAll)
    for (const some of [adding, reading]) {
      const found = some.filter((plan) => plan.includes('claviger_callers')).join('\n')
      expect(found).toMatch(/PRIMARY|autoindex_claviger_callers/)
    }
    expect(purging.join('\n')).toContain('callers_age')
  })
}

/** Fills the workspace, with `series` for numbers from 0, as `n`. */
export function populationOf(words: {
  readonly series: string
  readonly padded: string
  readonly joined: (...texts: readonly string[]) => string
}): readonly string[] {
  const { series, padded, joined } = words
  const key = joined("'key'", padded)
  const counts = 'requests, allowed, client_errors, server_errors, last_used_at'
  return [
    `insert into claviger_keys (id, workspace_id, revision, writes, created_at, environment, owner_type, owner_id,
        name_folded, last4, secret_created_at, record)
      select ${key}, 'ws_large', 1, 1, n, 'production', 'user', ${joined("'user_'", 'n % 50')},
        ${joined("'key '", 'n')}, 'abcd', n, '{}' from ${series}`,
    `insert into claviger_activity (workspace_id, created_at, id, actor_type, actor_id, action, target_id, record)
      select 'ws_large', n, ${key}, 'user', ${joined("'user_'", 'n % 50')}, ${joined("'action_'", 'n % 10')},
        ${joined("'key_'", 'n % 500')}, '{}' from ${series}`,
    ...Array.from({ length: 5 }, (_, day) => day * 86_400_000).flatMap((day) => [
      `insert into claviger_usage (workspace_id, key_id, version, hour, code, ${counts})
        select 'ws_large', ${key}, 1, ${day}, '', 1 + n, 1, 0, 0, 0 from ${series} where n < 4000`,
      `insert into claviger_usage_days (workspace_id, key_id, day, listed_day, code, ${counts})
        select 'ws_large', ${key}, ${day}, ${day}, '', 1 + n, 1, 0, 0, 0 from ${series} where n < 4000`,
      `insert into claviger_usage_totals (workspace_id, span, start, code, ${counts})
        values ('ws_large', 'day', ${day}, '', 8002000, 4000, 0, 0, 0)`,
      `insert into claviger_usage_totals (workspace_id, span, start, code, ${counts})
        values ('ws_large', 'hour', ${day}, '', 8002000, 4000, 0, 0, 0)`,
    ]),
    `insert into claviger_usage_keys (workspace_id, key_id, last_hour)
      select 'ws_large', ${key}, ${4 * 86_400_000} from ${series}`,
    `insert into claviger_callers (workspace_id, key_id, oldest_at, record)
      select 'ws_large', ${key}, 86400000 + n, '[]' from ${series} where n < 4000`,
  ]
}
