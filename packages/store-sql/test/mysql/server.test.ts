import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { collisions } from '../suites/collisions.ts'
import { concurrency } from '../suites/concurrency.ts'
import { faults } from '../suites/faults.ts'
import { goneLines } from '../suites/gone-lines.ts'
import { migrating } from '../suites/migrating.ts'
import { readiness } from '../suites/readiness.ts'
import { timeZones } from '../suites/time-zones.ts'
import { mysqlClient } from '../support/mysql.ts'
import { serverSuite } from '../support/server-suite.ts'

const mariadb = await serverOrSkip('MariaDB', startMariadb)

// Unlike `innodb_trx`, which is renewed only when no one has looked for a while.
const lockWaits = `select 1 from information_schema.global_status
  where variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS' and variable_value > 0`

mariadb.describe('on MariaDB', () => {
  const suite = serverSuite(mariadb.server, mysqlClient, lockWaits)
  concurrency(suite)
  collisions(suite)
  migrating('mysql', (options) => suite.client({ timeZone: '+13:00', ...options }))
  timeZones(suite, '+13:00')
  faults(suite)
  goneLines(suite)

  const run = async (sql: string): Promise<void> => {
    const client = mysqlClient(mariadb.server().url)
    try {
      await client.run(sql)
    } finally {
      await client.end()
    }
  }
  readiness(suite, {
    async createUser(name) {
      await run(`create user ${name}@'%' identified by 'secret'`)
      return mariadb.server().url.replace('root@', `${name}:secret@`)
    },
    dropUser: (name) => run(`drop user ${name}@'%'`),
    grant: (name, right, table) => run(`grant ${right} on test.${table} to ${name}@'%'`),
    revoke: (name, right, table) => run(`revoke ${right} on test.${table} from ${name}@'%'`),
  })
})
