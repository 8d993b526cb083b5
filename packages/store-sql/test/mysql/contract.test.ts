import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { storeContract } from '@claviger/testing'
import { test } from 'vitest'
import { mysqlClient } from '../support/mysql.ts'
import { hooks, serverUnderTest } from '../support/under-test.ts'

const mariadb = await serverOrSkip('MariaDB', startMariadb)

storeContract({
  name: 'mysqlStore on MariaDB',
  runner: { describe: mariadb.describe, test },
  ...hooks,
  makeStore: () =>
    serverUnderTest(() => mysqlClient(mariadb.server().url), {
      demote: ['set global read_only = 1'],
      promote: ['set global read_only = 0'],
      shown: 'select @@global.read_only as demoted',
    }),
})
