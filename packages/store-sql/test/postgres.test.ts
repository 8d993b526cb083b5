import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { collisions } from './suites/collisions.ts'
import { concurrency } from './suites/concurrency.ts'
import { faults } from './suites/faults.ts'
import { migrating } from './suites/migrating.ts'
import { timeZones } from './suites/time-zones.ts'
import { postgresClient } from './support/postgres.ts'
import { serverSuite } from './support/server-suite.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)

const lockWaits = `select pid from pg_stat_activity where wait_event_type = 'Lock'`

postgres.describe('on PostgreSQL', () => {
  const suite = serverSuite(postgres.server, postgresClient, lockWaits)
  concurrency(suite)
  collisions(suite)
  migrating('postgres', (options) => suite.client({ timeZone: 'Pacific/Apia', ...options }))
  timeZones(suite, 'Pacific/Apia')
  faults(suite)
})
