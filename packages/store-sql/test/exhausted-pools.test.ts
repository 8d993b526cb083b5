import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { serverOrSkip, startMariadb, startPostgres } from '@claviger/test-servers'
import { testKeyId } from '@claviger/testing'
import { createPool } from 'mysql2'
import { createPool as createPromisePool } from 'mysql2/promise'
import pg from 'pg'
import postgresClient from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { mysqlStore, postgresJs, postgresStore, type SqlStore } from '../src/index.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const mariadb = await serverOrSkip('MariaDB', startMariadb)

interface OpenPool {
  readonly store: SqlStore
  /** Takes one connection, as code does that never gives it back; `giveBack` for the end of the test. */
  take(): Promise<{ giveBack(): void }>
}

const options = { tablePrefix: 'exhausted_', statementTimeoutMs: 400 }

const kinds = [
  [
    'pg',
    postgres,
    (max: number): OpenPool => {
      const pool = new pg.Pool({ connectionString: postgres.server().url, max })
      onTestFinished(() => pool.end())
      const take = async () => {
        const client = await pool.connect()
        return { giveBack: () => client.release() }
      }
      return { store: postgresStore(pool, options), take }
    },
  ],
  [
    'postgres.js',
    postgres,
    (max: number): OpenPool => {
      const sql = postgresClient(postgres.server().url, { max, onnotice: () => undefined })
      onTestFinished(() => sql.end({ timeout: 1 }))
      const take = async () => {
        const reserved = await sql.reserve()
        return { giveBack: () => reserved.release() }
      }
      return { store: postgresStore(postgresJs(sql), options), take }
    },
  ],
  [
    'mysql2',
    mariadb,
    (max: number): OpenPool => {
      const pool = createPool({ uri: mariadb.server().url, connectionLimit: max })
      onTestFinished(() => pool.end(() => {}))
      const take = async () => {
        const connection = await pool.promise().getConnection()
        return { giveBack: () => connection.release() }
      }
      return { store: mysqlStore(pool, options), take }
    },
  ],
  [
    'mysql2/promise',
    mariadb,
    (max: number): OpenPool => {
      const pool = createPromisePool({ uri: mariadb.server().url, connectionLimit: max })
      onTestFinished(() => pool.end())
      const take = async () => {
        const connection = await pool.getConnection()
        return { giveBack: () => connection.release() }
      }
      return { store: mysqlStore(pool, options), take }
    },
  ],
] as const

for (const [name, suite, open] of kinds) {
  suite.describe(`a pool of ${name} that is exhausted`, () => {
    test.each([
      [1, /The only connection of the pool is in use: give back/],
      [3, /All 3 connections of the pool are in use: give back.*or a larger one/],
    ])('says so, with %s connections, to each call that waits for one', async (max, named) => {
      const { store, take } = open(max)
      await store.migrate()
      const taken = await Promise.all(Array.from({ length: max }, take))
      const giveBack = () => taken.splice(0).forEach((connection) => connection.giveBack())
      onTestFinished(giveBack)
      const told = { code: 'ERR_CLAVIGER_UNAVAILABLE', message: expect.stringMatching(named) }
      await Promise.all([
        expect(store.find([testKeyId(1)])).rejects.toMatchObject(told),
        expect(store.poll(null)).rejects.toMatchObject(told),
        expect(store.ready()).rejects.toMatchObject(told),
      ])
      giveBack()
      await store.ready()
    })

    test('is told to the operator before a verification gives up, and the key is not called bad', async () => {
      const { store, take } = open(1)
      await store.migrate()
      const errors: unknown[] = []
      const keyring = createKeyring({
        prefix: 'acme',
        store,
        permissions: definePermissions({ prompts: ['read'] }),
        owners: 'unbounded',
        hasher: hmacSha256({ pepper: 'p'.repeat(32) }),
        onError: ({ error }) => void errors.push(error),
      })
      onTestFinished(() => keyring.close())
      const owner = { type: 'user', id: 'ada' } as const
      const input = { name: 'a key', environment: 'production', permissions: ['prompts:read'], owner } as const
      const { token } = await keyring.as(systemActor('ws_acme')).create(input)
      const taken = await take()
      onTestFinished(() => taken.giveBack())
      await expect(keyring.verify(token)).rejects.toMatchObject({
        code: 'ERR_CLAVIGER_UNAVAILABLE',
        message: expect.stringContaining('The only connection of the pool is in use'),
      })
    })

    test('is not blamed while it has connections left', async () => {
      const { store, take } = open(2)
      await store.migrate()
      const taken = await take()
      onTestFinished(() => taken.giveBack())
      await expect(store.find([testKeyId(1)])).resolves.toEqual(new Map())
    })
  })
}
