import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { insertKey, testChange, testRecord, updateKey } from '@claviger/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { postgresClient } from '../support/postgres.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const settings = [
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_isolation',
  'transaction_read_only',
]

postgres.describe('sessions of PostgreSQL', () => {
  beforeAll(async () => {
    const { run, end } = postgresClient(postgres.server().url)
    await run(`create schema auth`)
    await run(`create role reader login`)
    await run(`create database latin encoding LATIN1 template template0`)
    await end()
  })

  test('are left as they were found, so that a pooler may hand them to other clients', async () => {
    const client = postgresClient(postgres.server().url, { maxConnections: 1 })
    onTestFinished(() => client.end())
    const shown = async (): Promise<unknown> =>
      Promise.all([
        ...settings.map((name) => client.run(`show ${name}`)),
        client.run('select count(*) as prepared from pg_prepared_statements'),
        client.run('select count(*) as locks from pg_locks where locktype = $$advisory$$'),
        client.run('select count(*) as channels from pg_listening_channels()'),
      ])
    const before = await shown()
    const store = client.store()
    await store.migrate()
    await store.ready()
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    await store.commit(testChange({ writes: [updateKey(testRecord({ revision: 7 }))] }))
    await store.find([testRecord().id])
    await store.list({ workspaceId: 'ws_acme', at: 0, limit: 1 })
    await store.poll(null)
    await store.purge({ activityBefore: 1 })
    expect(await shown()).toEqual(before)
    // No one is told: other processes poll.
    expect(store).not.toHaveProperty('subscribe')
  })

  test('find their tables in the schema they are told, whatever the search path', async () => {
    const client = postgresClient(postgres.server().url)
    onTestFinished(() => client.end())
    const store = client.postgresStore({ schema: 'auth', tablePrefix: 'Of_' })
    await store.migrate()
    await store.ready()
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    await store.addUsage({
      instanceId: 'a',
      sequence: 1,
      entries: [
        {
          workspaceId: 'ws_acme',
          keyId: testRecord().id,
          version: 1,
          hour: 0,
          requests: 1,
          allowed: 1,
          denied: {},
          clientErrors: 0,
          serverErrors: 0,
          lastUsedAt: 5,
        },
      ],
    })
    expect(await client.run('select id, last_used_at from auth."Of_keys"')).toEqual([
      { id: testRecord().id, last_used_at: '5' },
    ])
    const { head } = await store.poll(null)
    expect(await store.poll(head)).toEqual({ head, changes: [] })
  })

  test('that cannot write, as on a replica, are found out by ready()', async () => {
    const client = postgresClient(postgres.server().url)
    onTestFinished(() => client.end())
    const store = client.store({ tablePrefix: 'replica_' })
    await store.migrate()
    const reader = postgresClient(postgres.server().url.replace('postgres@', 'reader@'))
    onTestFinished(() => reader.end())
    await client.run('grant select on all tables in schema public to reader')
    const readOnly = reader.store({ tablePrefix: 'replica_' })
    expect(await readOnly.find([testRecord().id])).toEqual(new Map())
    await expect(readOnly.ready()).rejects.toThrow(/permission denied/)
  })

  test('of a database that cannot store every text are refused by ready()', async () => {
    const client = postgresClient(postgres.server().url.replace(/postgres$/, 'latin'))
    onTestFinished(() => client.end())
    await expect(client.store().ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('UTF8') as string,
    })
  })
})
