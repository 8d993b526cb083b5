import type { KeyQuery } from '@claviger/core/store'
import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { testKeyId } from '@claviger/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SqlStore } from '../../src/index.ts'
import { postgresClient } from '../support/postgres.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const at = 1_000_000
const workspaceId = 'ws_7'

// 100 workspaces of 300 keys. Two in a hundred keys have expired, lost their owner or wait for a rotation; a third of the
// others expire later.
const population = `
  insert into claviger_keys
  select 'key' || lpad(n::text, 13, '0'), 'ws_' || n % 100, 1, 1, n, 'production', 'user', 'owner_' || n % 1000,
    'name ' || n, lpad((n % 10000)::text, 4, '0'), case when n % 50 = 7 then 1 else 500000 + n end, null,
    case when n % 50 = 7 then 900000 when n % 3 = 0 then 2000000 + n end, null, null, case when n % 50 = 7 then 5 end, null, '{}'
  from generate_series(1, 30000) n`

postgres.describe('plans of PostgreSQL', () => {
  const sent: { readonly sql: string; readonly parameters: readonly unknown[] }[] = []
  let client: ReturnType<typeof postgresClient>
  let store: SqlStore

  beforeAll(async () => {
    client = postgresClient(postgres.server().url, {
      onStatement: (sql, parameters) => void sent.push({ sql, parameters }),
    })
    store = client.store()
    await store.migrate()
    await client.run(population)
    await client.run('analyze')
  })
  afterAll(() => client.end())

  /** How PostgreSQL carries out the last statement that `work` sends. */
  async function planOf(work: () => Promise<unknown>): Promise<string> {
    return (await plansOf(work)).at(-1) ?? ''
  }

  /** How PostgreSQL carries out the statements that `work` sends. */
  async function plansOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    sent.length = 0
    await work()
    const plans: string[] = []
    for (const { sql, parameters } of sent.slice()) {
      if (!/^\s*(?:select|insert|update|delete|with)\b/i.test(sql)) continue
      const { rows } = await client.pool.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, [...parameters])
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
    }
    return plans
  }

  test('find goes by the primary key', async () => {
    const plan = await planOf(() => store.find(Array.from({ length: 20 }, (_, index) => testKeyId(index))))
    expect(plan).toContain('claviger_keys_pkey')
    expect(plan).not.toContain('Seq Scan')
  })

  describe('list', () => {
    // Conditions that match nothing, or very little.
    const shapes: readonly (readonly [name: string, query: Partial<KeyQuery>, index: string])[] = [
      ['everything', {}, 'list'],
      ['active and rotating keys', { statuses: ['active', 'rotating'] }, 'expiry'],
      ['disabled keys', { statuses: ['disabled'] }, 'state'],
      ['revoked and expired keys', { statuses: ['revoked', 'expired'] }, 'state'],
      ['rotating keys', { statuses: ['rotating'] }, 'overlap'],
      ['an environment', { environments: ['staging'] }, 'environment'],
      ['an owner', { ownerIds: ['owner_507'] }, 'owner'],
      ['visible owners', { visibleOwners: [{ type: 'user', id: 'owner_507' }] }, 'owner'],
      ['keys of service accounts', { visibleOwners: [{ type: 'service' }] }, 'owner'],
      ['a name', { search: 'name 2950' }, 'name'],
      ['the end of a token', { search: '0207' }, 'last4'],
      ['rotation due', { attention: [{ type: 'rotationDue', secretCreatedBefore: 100 }] }, 'rotation'],
      ['expiring', { attention: [{ type: 'expiring', expiresBefore: at }] }, 'expiry'],
      ['owner gone', { attention: [{ type: 'ownerGone' }] }, 'owner_gone'],
      // The last use itself is in no index, or every flush would move the row in all of them.
      ['unused', { attention: [{ type: 'unused', lastUsedBefore: at }] }, 'list'],
      ['never used', { attention: [{ type: 'neverUsed', createdBefore: at }] }, 'list'],
      ['several at once', { statuses: ['active'], environments: ['production'], search: 'name 2950' }, 'name'],
    ]

    test.each(shapes)('%s goes by an index', async (_, query, index) => {
      const plans = await plansOf(() => store.list({ workspaceId, at, limit: 20, ...query }))
      expect(plans.join('\n')).toContain(`claviger_keys_${index}`)
      // The index of the purge leads through all workspaces.
      for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|claviger_keys_end/)
    })

    test('a later page starts where the one before ended, without sorting', async () => {
      const plan = await planOf(() => store.list({ workspaceId, at, limit: 20, cursor: cursorAt(15_007) }))
      expect(plan).toContain('claviger_keys_list')
      expect(plan).toMatch(/Index Cond: .*created_at < /)
      expect(plan).not.toMatch(/^\s*(?:->\s*)?Sort/m)
    })
  })

  test('every filter of the log goes by an index of its own', async () => {
    await client.run(`insert into claviger_activity
      select 'ws_' || n % 100, n, 'a' || n, 'user', 'user_' || n % 50, 'action_' || n % 10, 'key_' || n % 3000, '{}'
      from generate_series(1, 60000) n`)
    await client.run('analyze')
    const actor = { type: 'user', id: 'nobody' } as const
    for (const [query, index] of [
      [{}, 'list'],
      [{ targetId: 'key_7' }, 'target'],
      [{ actor }, 'actor'],
      [{ action: 'nothing' }, 'action'],
      [{ action: 'action_7', actor, from: 10, to: 50_000 }, 'actor'],
    ] as const) {
      const plans = await plansOf(() => store.activity({ workspaceId, limit: 20, ...query }))
      expect(plans.join('\n')).toContain(`claviger_activity_${index}`)
      for (const plan of plans) expect(plan).not.toContain('Seq Scan')
    }
  })

  test('poll reads the end of the log by its primary key', async () => {
    await client.run(`insert into claviger_changes select n, 'n' || n, '[]' from generate_series(1, 5000) n`)
    await client.run(`update claviger_head set epoch = 5000, nonce = 'n5000'`)
    await client.run('analyze')
    const { head } = await store.poll(null)
    const plan = await planOf(() => store.poll(head))
    expect(plan).toContain('claviger_changes_pkey')
  })

  test('usage of a key goes by the primary key, of a workspace by its sums, the busiest by the index of a day', async () => {
    const days = `select 'ws_' || n % 100 as workspace, 'key' || lpad((n % 3000)::text, 13, '0') as key, n / 3000 as day
      from generate_series(1, 60000) n`
    await client.run(`insert into claviger_usage
      select workspace, key, 1, day * 86400000, '', 1, 1, 0, 0, 0 from (${days}) as days`)
    await client.run(`insert into claviger_usage_days
      select workspace, key, day * 86400000, '', 1, 1, 0, 0, 0, day * 86400000 from (${days}) as days`)
    await client.run(`insert into claviger_usage_totals
      select workspace, 'day', day * 86400000, '', count(*), count(*), 0, 0, 0 from (${days}) as days group by 1, 3`)
    await client.run(
      `insert into claviger_usage_keys select workspace, key, max(day) * 86400000 from (${days}) as days group by 1, 2`,
    )
    await client.run('analyze')
    const range = { workspaceId, from: 0, to: 20 * 86_400_000 } as const
    const plans = [
      ...(await plansOf(() => store.usage({ ...range, bucket: 'hour', keyId: testKeyId(7) }))),
      ...(await plansOf(() => store.usage({ ...range, bucket: 'day' }))),
      ...(await plansOf(() => store.busiest({ ...range, limit: 10 }))),
    ]
    for (const plan of plans) expect(plan).not.toContain('Seq Scan')
    expect(plans.join('\n')).toContain('claviger_usage_days_busiest')
    expect(plans.join('\n')).toContain('claviger_usage_keys_recent')
  })

  test('callers of keys go by the primary key, and those that are old by the index of the purge', async () => {
    await client.run(`insert into claviger_callers
      select 'ws_' || n % 100, 'key' || lpad(n::text, 13, '0'), 86400000 + n, '[]' from generate_series(1, 30000) n`)
    await client.run('analyze')
    const entries = Array.from({ length: 60 }, (_, index) => ({
      workspaceId: `ws_${index % 7}`,
      keyId: testKeyId(index),
      version: 1,
      network: null,
      agent: 'node',
      lastUsedAt: 5 * 86_400_000,
    }))
    const sentBy = async (work: () => Promise<unknown>): Promise<string> =>
      (await plansOf(work)).filter((plan) => plan.includes('claviger_callers')).join('\n')
    for (const plan of [
      await sentBy(() => store.addCallers(entries)),
      await sentBy(() => store.callers({ workspaceId, keyId: testKeyId(7) })),
    ]) {
      expect(plan).toContain('claviger_callers_pkey')
      expect(plan).not.toContain('Seq Scan')
    }
    const purging = await sentBy(() => store.purge({ usageBefore: 1 }))
    expect(purging).toContain('claviger_callers_age')
    expect(purging).not.toContain('Seq Scan')
  })
})

function cursorAt(createdAt: number): string {
  return Buffer.from(JSON.stringify([createdAt, testKeyId(createdAt)])).toString('base64url')
}
