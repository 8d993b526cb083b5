import { storeContract } from '@claviger/testing'
import { describe, test } from 'vitest'
import { sqliteDrivers } from './support/sqlite-files.ts'
import { sqliteUnderTest } from './support/under-test.ts'

for (const driver of sqliteDrivers) {
  storeContract({
    name: `sqliteStore with ${driver.name}`,
    runner: { describe, test },
    makeStore: () => sqliteUnderTest(driver),
  })
}
