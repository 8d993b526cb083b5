import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { storeContract } from '@claviger/testing'
import { test } from 'vitest'
import { mysqlClient } from './support/mysql.ts'
import { serverUnderTest } from './support/under-test.ts'

const mariadb = await serverOrSkip('MariaDB', startMariadb)

storeContract({
  name: 'mysqlStore on MariaDB',
  runner: { describe: mariadb.describe, test },
  makeStore: () => serverUnderTest(() => mysqlClient(mariadb.server().url)),
})
