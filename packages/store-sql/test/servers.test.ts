import { serverOrSkip, startMariadb, startPostgres } from '@claviger/test-servers'
import { collisions } from './suites/collisions.ts'
import { concurrency } from './suites/concurrency.ts'
import { faults } from './suites/faults.ts'
import { goneLines } from './suites/gone-lines.ts'
import { migrating } from './suites/migrating.ts'
import { readiness } from './suites/readiness.ts'
import { timeZones } from './suites/time-zones.ts'
import { mysqlClient } from './support/mysql.ts'
import { postgresClient } from './support/postgres.ts'
import { postgresJsClient } from './support/postgres-js.ts'
import { serverSuite } from './support/server-suite.ts'

type Run = (sql: string) => Promise<void>

/** What the suites leave behind is in the way of another run: each client has a server of its own. */
const postgres = {
  dialect: 'postgres',
  lockWaits: `select pid from pg_stat_activity where wait_event_type = 'Lock'`,
  timeZone: 'Pacific/Apia',
  userUrl: (url: string, name: string): string => url.replace('postgres@', `${name}@`),
  statements: (run: Run) => ({
    createUser: (name: string) => run(`create role ${name} login`),
    async dropUser(name: string) {
      await run(`drop owned by ${name}`)
      await run(`drop role ${name}`)
    },
    grant: (name: string, right: string, table: string) => run(`grant ${right} on ${table} to ${name}`),
    revoke: (name: string, right: string, table: string) => run(`revoke ${right} on ${table} from ${name}`),
  }),
} as const

const mariadb = {
  dialect: 'mysql',
  // Unlike `innodb_trx`, which is renewed only when no one has looked for a while.
  lockWaits: `select 1 from information_schema.global_status
    where variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS' and variable_value > 0`,
  timeZone: '+13:00',
  userUrl: (url: string, name: string): string => url.replace('root@', `${name}:secret@`),
  statements: (run: Run) => ({
    createUser: (name: string) => run(`create user ${name}@'%' identified by 'secret'`),
    dropUser: (name: string) => run(`drop user ${name}@'%'`),
    grant: (name: string, right: string, table: string) => run(`grant ${right} on test.${table} to ${name}@'%'`),
    revoke: (name: string, right: string, table: string) => run(`revoke ${right} on test.${table} from ${name}@'%'`),
  }),
} as const

for (const [title, on, connect, server] of [
  ['on PostgreSQL', postgres, postgresClient, await serverOrSkip('PostgreSQL', startPostgres)],
  ['on PostgreSQL, through postgres.js', postgres, postgresJsClient, await serverOrSkip('PostgreSQL', startPostgres)],
  ['on MariaDB', mariadb, mysqlClient, await serverOrSkip('MariaDB', startMariadb)],
] as const) {
  server.describe(title, () => {
    const suite = serverSuite(server.server, connect, on.lockWaits)
    concurrency(suite)
    collisions(suite)
    migrating(on.dialect, (options) => suite.client({ timeZone: on.timeZone, ...options }))
    timeZones(suite, on.timeZone)
    faults(suite)
    goneLines(suite)

    const { createUser, ...rights } = on.statements(async (sql) => {
      const client = connect(server.server().url)
      try {
        await client.run(sql)
      } finally {
        await client.end()
      }
    })
    readiness(suite, {
      async createUser(name) {
        await createUser(name)
        return on.userUrl(server.server().url, name)
      },
      ...rights,
    })
  })
}
