import { storeContract } from '@claviger/testing'
import { describe, test } from 'vitest'
import { sqliteDrivers } from '../support/sqlite-files.ts'
import { hooks, sqliteUnderTest } from '../support/under-test.ts'

for (const driver of sqliteDrivers) {
  storeContract({
    name: `sqliteStore with ${driver.name}`,
    runner: { describe, test },
    ...hooks,
    makeStore: () => sqliteUnderTest(driver),
  })
}
