import { ConfigurationError } from '@claviger/core/store'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { type MigrationSqlOptions, migrationSql, migrations, type SqlDialectName } from '../../src/index.ts'
import type { ClientOptions } from './server-suite.ts'
import type { ServerClient } from '../support/under-test.ts'

const names = migrations.map(({ version, name }) => `${String(version).padStart(4, '0')}-${name}`)

/** How tables come to be. `clients` gives one on tables of its own, whatever prefix it is told. */
export function migrating(dialect: SqlDialectName, connect: (options?: ClientOptions) => ServerClient): void {
  let prefixes = 0
  const freshPrefix = (): string => `m${(prefixes += 1)}_`
  const client = (): ServerClient => connect()
  /** A tool that sends one statement after the other, on one connection. */
  const tool = (): ServerClient => connect({ maxConnections: 1 })

  describe('migrations', () => {
    test('make ready() pass, which says before what is missing and what to call', async () => {
      const store = client().store({ tablePrefix: freshPrefix() })
      const error = await store.ready().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error).toMatchObject({ option: 'store' })
      for (const said of [...names, 'migrate()', `migrationSql('${dialect}')`]) expect(String(error)).toContain(said)
      expect(await store.migrate()).toEqual(names)
      await store.ready()
    })

    test('are not made by anything else: without them every call rejects, and nothing comes to be', async () => {
      const store = client().store({ tablePrefix: freshPrefix() })
      await expect(store.find([testRecord().id])).rejects.toThrow(/did not carry out/)
      await expect(store.commit(testChange({ writes: [insertKey(testRecord())] }))).rejects.toThrow(/did not carry out/)
      await expect(store.poll(null)).rejects.toThrow(/did not carry out/)
      await expect(store.ready()).rejects.toThrow(ConfigurationError)
    })

    test('do nothing the second time, and keep the data', async () => {
      const store = client().store({ tablePrefix: freshPrefix() })
      await store.migrate()
      await store.commit(testChange({ writes: [insertKey(testRecord())] }))
      const { head } = await store.poll(null)
      expect(await store.migrate()).toEqual([])
      expect(await store.find([testRecord().id])).toHaveProperty('size', 1)
      expect((await store.poll(null)).head).toEqual(head)
    })

    test('are applied once by processes that start at the same time', async () => {
      const tablePrefix = freshPrefix()
      const stores = Array.from({ length: 4 }, () => client().store({ tablePrefix }))
      const applied = await Promise.all(stores.map((store) => store.migrate()))
      expect(applied.flat()).toEqual(names)
      const heads = await Promise.all(stores.map(async (store) => (await store.poll(null)).head))
      expect(new Set(heads.map(({ storeId }) => storeId)).size).toBe(1)
    })

    test('as text make the same tables, and migrate() finds nothing to do', async () => {
      const tablePrefix = freshPrefix()
      const { run, store: makeStore } = tool()
      for (const statement of statementsOf(migrationSql(dialect, { tablePrefix }))) await run(statement)
      const store = makeStore({ tablePrefix })
      await store.ready()
      expect(await store.migrate()).toEqual([])
      expect(await store.commit(testChange({ writes: [insertKey(testRecord())] }))).toMatchObject({
        ok: true,
        head: { epoch: 1 },
      })
    })

    test('as text make a store of its own in every database', async () => {
      const ids = new Set<string>()
      for (const tablePrefix of [freshPrefix(), freshPrefix()]) {
        const { run, store } = tool()
        for (const statement of statementsOf(migrationSql(dialect, { tablePrefix }))) await run(statement)
        ids.add((await store({ tablePrefix }).poll(null)).head.storeId)
      }
      expect(ids.size).toBe(2)
    })

    const text = (options: MigrationSqlOptions = {}): readonly string[] => statementsOf(migrationSql(dialect, options))
    const count = text({ transaction: false }).length

    test.each(['the text', 'migrate()'])('broken off after any statement, %s gets further', async (next) => {
      const { run, store: makeStore } = tool()
      for (let done = 0; done <= count; done += 1) {
        const tablePrefix = freshPrefix()
        const statements = text({ tablePrefix, transaction: false })
        for (const statement of statements.slice(0, done)) await run(statement)
        const store = makeStore({ tablePrefix })
        if (next === 'migrate()') await store.migrate()
        else for (const statement of text({ tablePrefix })) await run(statement)
        await store.ready()
        expect(await store.migrate()).toEqual([])
        expect(await store.commit(testChange({ writes: [insertKey(testRecord())] }))).toMatchObject({
          head: { epoch: 1 },
        })
      }
    })

    test('as text can be run again on a store in use, and change nothing', async () => {
      const tablePrefix = freshPrefix()
      const { run, store: makeStore } = tool()
      const store = makeStore({ tablePrefix, changeLogLength: 1 })
      await store.migrate()
      for (let index = 0; index < 5; index += 1) await store.commit(testChange({}))
      await store.commit(testChange({ writes: [insertKey(testRecord())] }))
      await run(`delete from ${tablePrefix}changes where epoch = 0`)
      const { head } = await store.poll(null)
      for (const statement of text({ tablePrefix })) await run(statement)
      expect((await store.poll(null)).head).toEqual(head)
      expect(await run(`select * from ${tablePrefix}changes where epoch = 0`)).toEqual([])
      expect(await store.find([testRecord().id])).toHaveProperty('size', 1)
    })

    test.runIf(dialect !== 'mysql')('as text are one transaction: cut off, nothing of it stays', async () => {
      const tablePrefix = freshPrefix()
      const whole = text({ tablePrefix })
      // One connection each: a text has more statements than a server has connections to spare.
      const [{ run }, looking] = [tool(), client()]
      for (let done = 1; done < whole.length; done += 1) {
        for (const statement of whole.slice(0, done)) await run(statement)
        // What a database does itself when the connection breaks.
        await run('rollback')
        await expect(looking.store({ tablePrefix }).ready()).rejects.toThrow(names[0])
        await expect(looking.run(`select * from ${tablePrefix}migrations`)).rejects.toThrow()
      }
    })

    test('note when they were applied, whatever the time zone', async () => {
      const tablePrefix = freshPrefix()
      const { run, store } = client()
      const before = Date.now()
      await store({ tablePrefix }).migrate()
      const [row] = await run(`select applied_at from ${tablePrefix}migrations`)
      expect(Math.abs(Number(row?.['applied_at']) - before)).toBeLessThan(60_000)
    })

    test('a database of a later version is accepted: old and new processes run side by side', async () => {
      const tablePrefix = freshPrefix()
      const { run, store } = client()
      await store({ tablePrefix }).migrate()
      await run(`insert into ${tablePrefix}migrations values (9999, 'later', 0)`)
      await store({ tablePrefix }).ready()
    })
  })
}

function statementsOf(text: string): readonly string[] {
  return text.split(/;\n/).filter((statement) => statement.trim() !== '')
}
