import { serverOrSkip, startPostgres } from '@claviger/test-servers'
import { storeContract } from '@claviger/testing'
import { test } from 'vitest'
import { postgresJsClient } from '../support/postgres-js.ts'
import { hooks, serverUnderTest } from '../support/under-test.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)

storeContract({
  name: 'postgresStore, through postgres.js',
  runner: { describe: postgres.describe, test },
  ...hooks,
  makeStore: () =>
    serverUnderTest(() => postgresJsClient(postgres.server().url), {
      demote: ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()'],
      promote: ['alter system reset default_transaction_read_only', 'select pg_reload_conf()'],
      shown: `select (current_setting('default_transaction_read_only') = 'on')::int as demoted`,
    }),
})
