import { afterAll, beforeAll, describe } from 'vitest'
import { type SqliteDatabase, type SqlStore, sqliteStore } from '../../src/index.ts'
import { planned, plans, populationOf } from '../suites/plans.ts'
import { defaultDriver } from '../support/sqlite-store.ts'
import { type OpenSqlite, sqliteFile } from '../support/sqlite-files.ts'

describe('plans of SQLite, which was never told to analyze', () => {
  const sent: string[] = []
  const { file, remove } = sqliteFile()
  let handle: OpenSqlite
  let store: SqlStore

  beforeAll(async () => {
    handle = defaultDriver().open(file)
    const told: SqliteDatabase = {
      exec: (sql) => handle.database.exec(sql),
      prepare(sql) {
        sent.push(sql)
        return handle.database.prepare(sql)
      },
    }
    store = sqliteStore(told)
    await store.migrate()
    const words = {
      series: `(with recursive s(n) as (select 0 union all select n + 1 from s where n < ${planned.rows - 1}) select n from s) as s`,
      padded: `printf('%013d', n)`,
      // It joins before it divides.
      joined: (...texts: readonly string[]) => texts.map((text) => `(${text})`).join(' || '),
    }
    for (const statement of populationOf(words)) handle.run(statement)
  }, 60_000)
  afterAll(async () => {
    await store.close()
    handle.close()
    remove()
  })

  plans({
    store: () => store,
    readsAll: /SCAN claviger_/,
    async plansOf(work) {
      sent.length = 0
      await work()
      return sent
        .filter((sql) => /^\s*(?:select|delete)\b/.test(sql))
        .map((sql) => {
          // What was asked for is not bound: the plan does not depend on it.
          const rows = handle.database.prepare(`explain query plan ${sql}`).all([])
          return rows.map((row) => String(Reflect.get(Object(row), 'detail'))).join('\n')
        })
    },
  })
})
