import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { storeContract } from '@claviger/testing'
import { test } from 'vitest'
import { postgresClient } from './support/postgres.ts'
import { serverUnderTest } from './support/under-test.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)

storeContract({
  name: 'postgresStore',
  runner: { describe: postgres.describe, test },
  makeStore: () => serverUnderTest(() => postgresClient(postgres.server().url)),
})
