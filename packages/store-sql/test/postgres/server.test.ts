import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { collisions } from '../suites/collisions.ts'
import { concurrency } from '../suites/concurrency.ts'
import { faults } from '../suites/faults.ts'
import { goneLines } from '../suites/gone-lines.ts'
import { migrating } from '../suites/migrating.ts'
import { readiness } from '../suites/readiness.ts'
import { timeZones } from '../suites/time-zones.ts'
import { postgresClient } from '../support/postgres.ts'
import { serverSuite } from '../support/server-suite.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)

const lockWaits = `select pid from pg_stat_activity where wait_event_type = 'Lock'`

postgres.describe('on PostgreSQL', () => {
  const suite = serverSuite(postgres.server, postgresClient, lockWaits)
  concurrency(suite)
  collisions(suite)
  migrating('postgres', (options) => suite.client({ timeZone: 'Pacific/Apia', ...options }))
  timeZones(suite, 'Pacific/Apia')
  faults(suite)
  goneLines(suite)

  const run = async (sql: string): Promise<void> => {
    const client = postgresClient(postgres.server().url)
    try {
      await client.run(sql)
    } finally {
      await client.end()
    }
  }
  readiness(suite, {
    async createUser(name) {
      await run(`create role ${name} login`)
      return postgres.server().url.replace('postgres@', `${name}@`)
    },
    async dropUser(name) {
      await run(`drop owned by ${name}`)
      await run(`drop role ${name}`)
    },
    grant: (name, right, table) => run(`grant ${right} on ${table} to ${name}`),
    revoke: (name, right, table) => run(`revoke ${right} on ${table} from ${name}`),
  })
})
