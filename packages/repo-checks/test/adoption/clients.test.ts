import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serverOrSkip, startMariadb, startPostgres } from '@claviger/test-servers'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { installedProject, printedBy, scratchFolder, writeFiles } from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'
import { readText } from '../../src/repository-files.ts'

/* What docs/guides/clients.md says to pass, passed. Native drivers of SQLite are tested beside their store. */

const packages = {
  '@neondatabase/serverless': '1.2.0',
  'drizzle-orm': '0.45.4',
  knex: '3.3.0',
  mysql2: '3.24.6',
  pg: '8.23.1',
  postgres: '3.4.9',
  'reflect-metadata': '0.2.2',
  sequelize: '6.37.8',
  typeorm: '1.1.1',
}
const tools = await toolsOrSkip(packages)
const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const mariadb = await serverOrSkip('MariaDB', startMariadb)
const project = join(scratchFolder('clients'), 'project')

interface Row {
  /** As the guide has it, in the column "Pass". */
  readonly told: string
  readonly made: string
  readonly end: string
}

const onPostgres: Readonly<Record<string, Row>> = {
  pg: {
    told: 'postgresStore(pool)',
    made: `const { Pool } = (await import('pg')).default
      const pool = new Pool({ connectionString: url })
      const store = postgresStore(pool)`,
    end: 'await pool.end()',
  },
  'Drizzle on pg': {
    told: 'postgresStore(db.$client)',
    made: `const { drizzle } = await import('drizzle-orm/node-postgres')
      const db = drizzle(url)
      const store = postgresStore(db.$client)`,
    end: 'await db.$client.end()',
  },
  'Drizzle on postgres.js': {
    told: 'postgresStore(postgresJs(db.$client))',
    made: `const { drizzle } = await import('drizzle-orm/postgres-js')
      const db = drizzle(url)
      const store = postgresStore(postgresJs(db.$client))`,
    end: 'await db.$client.end()',
  },
  TypeORM: {
    told: 'postgresStore(dataSource.driver.master)',
    made: `await import('reflect-metadata')
      const { DataSource } = await import('typeorm')
      const dataSource = new DataSource({ type: 'postgres', url })
      await dataSource.initialize()
      const store = postgresStore(dataSource.driver.master)`,
    end: 'await dataSource.destroy()',
  },
}

const onMariadb: Readonly<Record<string, Row>> = {
  mysql2: {
    told: 'mysqlStore(pool)',
    made: `const { createPool } = (await import('mysql2')).default
      const pool = createPool(url)
      const store = mysqlStore(pool)`,
    end: 'pool.end()',
  },
  'Drizzle on mysql2': {
    told: 'mysqlStore(db.$client)',
    made: `const { drizzle } = await import('drizzle-orm/mysql2')
      const db = drizzle(url)
      const store = mysqlStore(db.$client)`,
    end: 'await db.$client.end()',
  },
}

const refused: Readonly<Record<string, string>> = {
  "Neon's neon(url)": `const { neon } = await import('@neondatabase/serverless')
    const client = neon(url)`,
  Knex: `const { knex } = (await import('knex')).default
    const client = knex({ client: 'pg', connection: url })`,
  Sequelize: `const { Sequelize } = (await import('sequelize')).default
    const client = new Sequelize(url, { dialect: 'postgres', logging: false })`,
}

const imports = `
  import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
  import { mysqlStore, postgresJs, postgresStore } from '@claviger/store-sql'
  const url = process.env.DATABASE_URL
  // postgres.js tells there what the server notices.
  const { log } = console
  console.log = () => undefined
`

function using({ made, end }: Row): string {
  return `${imports}
    ${made}
    await store.migrate()
    const permissions = definePermissions({ prompts: ['read'] })
    const hasher = hmacSha256({ pepper: 'only for tests: 32 characters...' })
    const keyring = createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded', hasher })
    await keyring.ready()
    const input = { name: 'K', environment: 'production', owner: { type: 'user', id: 'ada' } }
    const { token } = await keyring.as(systemActor('ws_acme')).create(input)
    const { ok } = await keyring.verify(token)
    await keyring.close()
    ${end}
    process.stdout.write(JSON.stringify(ok))
    process.exit()
  `
}

tools.describe('the guide about clients', () => {
  beforeAll(() => {
    expect(inject('buildFailure')).toBe('')
    installedProject(project, { ours: ['core', 'store-sql'], theirs: [] })
    for (const name of Object.keys(packages)) {
      const link = join(project, 'node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(tools.folder(), 'node_modules', name), link)
    }
    writeFiles(project, { 'package.json': { private: true, type: 'module' } })
  })

  test('says what is tried here', () => {
    const guide = readText('docs/guides/clients.md')
    for (const { told } of [...Object.values(onPostgres), ...Object.values(onMariadb)]) expect(guide).toContain(told)
    for (const [name, version] of Object.entries({ Drizzle: '0.45', Neon: '1.2', TypeORM: '1.1', Knex: '3.3' })) {
      expect(guide).toContain(`${name} ${version}`)
    }
  })

  for (const [server, rows] of [
    [postgres, onPostgres],
    [mariadb, onMariadb],
  ] as const) {
    server.describe('a key is made and verified', () => {
      test.each(Object.keys(rows))('with the client of %s', (name) => {
        const row = rows[name]
        if (row === undefined) throw new Error(`There is no ${name}`)
        writeFiles(project, { 'run.mjs': using(row) })
        expect(printedBy(project, ['run.mjs'], undefined, { DATABASE_URL: server.server().url })).toBe(true)
      })
    })
  }

  test("Neon's Pool is taken for what it is", () => {
    const program = `${imports}
      const { Pool } = await import('@neondatabase/serverless')
      log(JSON.stringify(typeof postgresStore(new Pool({ connectionString: url })).commit))
      process.exit()`
    writeFiles(project, { 'run.mjs': program })
    expect(printedBy(project, ['run.mjs'], undefined, { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/db' })).toBe(
      'function',
    )
  })

  describe('refused when the store is made, with what to pass instead', () => {
    test.each(Object.keys(refused))('%s', (name) => {
      const program = `${imports}
        ${refused[name] ?? ''}
        try {
          postgresStore(client)
          log('"accepted"')
        } catch (error) {
          log(JSON.stringify(error.code + ': ' + error.message))
        }
        process.exit()`
      writeFiles(project, { 'run.mjs': program })
      const said = printedBy(project, ['run.mjs'], undefined, { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/db' })
      expect(said).toMatch(/^ERR_CLAVIGER_CONFIGURATION: .*(?:pg|postgres)/)
    })
  })
})
