import { testRecord } from '@claviger/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definePermissions } from '../../src/permissions/catalogue.ts'
import { grantSet } from '../../src/permissions/match.ts'
import type { SecretRecord } from '../../src/store/records.ts'
import { createApiKeys } from '../../src/verification/api-key.ts'
import { allows, beyond, everyPermission, grant, grants } from './oracle.ts'

test('a set covers a grant exactly if it allows everything the grant allows', () => {
  const seen = { yes: 0, no: 0 }
  fc.assert(
    fc.property(grants, grant, (held, wanted) => {
      const expected = beyond(held, [wanted]).length === 0
      seen[expected ? 'yes' : 'no'] += 1
      expect(grantSet(held).covers(wanted)).toBe(expected)
    }),
    { seed: 13, numRuns: 20_000 },
  )
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(2_000)
})

test('a set has a permission exactly if one of its grants stands for it', () => {
  const seen = { yes: 0, no: 0 }
  fc.assert(
    fc.property(grants, fc.constantFrom(...everyPermission), (held, { name }) => {
      const expected = allows(held, name)
      seen[expected ? 'yes' : 'no'] += 1
      expect(grantSet(held).has(name)).toBe(expected)
    }),
    { seed: 45, numRuns: 20_000 },
  )
  expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(2_000)
})

test('covering is transitive: what is handed on and on never grows', () => {
  let chains = 0
  fc.assert(
    fc.property(grants, grants, grant, (first, second, third) => {
      const [one, two] = [grantSet(first), grantSet(second)]
      if (!second.every((each) => one.covers(each)) || !two.covers(third)) return
      chains += 1
      expect(one.covers(third)).toBe(true)
    }),
    { seed: 46, numRuns: 20_000 },
  )
  expect(chains).toBeGreaterThan(500)
})

test('effective permissions are the declared ones that key and owner both allow, for 10 000 of each', () => {
  const catalogue = definePermissions({ a: ['read', 'write'], b: ['read'], keys: ['read'] })
  const apiKeys = createApiKeys(catalogue, [])
  let some = 0
  fc.assert(
    fc.property(grants, grants, fc.constantFrom(...catalogue.names), (own, owner, required) => {
      const record = { ...testRecord(), permissions: own }
      const apiKey = apiKeys.make(record, { version: 1 } as SecretRecord, grantSet(owner), {})
      const expected = catalogue.names.filter((name) => allows(own, name) && allows(owner, name))
      if (expected.length > 0) some += 1
      expect(apiKey.permissions).toEqual(expected)
      const code = apiKeys.refusal(apiKey, { permissions: [required] })?.code
      if (expected.includes(required)) expect(code).toBeUndefined()
      else expect(code).toBe(allows(own, required) ? 'owner_lacks_permission' : 'insufficient_permission')
    }),
    { seed: 20, numRuns: 10_000 },
  )
  expect(some).toBeGreaterThan(1_000)
})
