import { testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { definePermissions } from '../../src/permissions/catalogue.ts'
import { grantSet, unboundedGrants } from '../../src/permissions/match.ts'
import type { KeyRecord } from '../../src/store/records.ts'
import { createApiKeys } from '../../src/verification/api-key.ts'
import type { ApiKey } from '../../src/verification/verification.ts'

const catalogue = definePermissions({ prompts: ['read', 'write'] })
const apiKeys = createApiKeys(catalogue, [])

function keyOf(fields: Partial<KeyRecord> = {}, owner = unboundedGrants): ApiKey {
  const record = testRecord({ permissions: ['prompts:*'], ...fields })
  return apiKeys.make(record, record.secrets[0], owner, {})
}

describe('what keys have in common', () => {
  test('is one object: permissions, owner, and metadata where there is none', () => {
    const [a, b] = [keyOf(), keyOf()]
    expect(a).not.toBe(b)
    expect([a.permissions, a.owner, a.metadata].map(Object.isFrozen)).toEqual([true, true, true])
    expect(a.permissions).toBe(b.permissions)
    expect(a.owner).toBe(b.owner)
    expect(a.metadata).toBe(b.metadata)
    expect(a).toEqual(b)
  })

  test('is no more than that: what differs in one part differs', () => {
    const keys = [
      keyOf({ permissions: ['prompts:read'] }),
      keyOf({ permissions: ['prompts:read', 'prompts:write'] }),
      keyOf({ permissions: [] }),
      keyOf({ permissions: ['prompts:*'] }, grantSet(['prompts:write'])),
    ]
    expect(keys.map(({ permissions }) => permissions.join())).toEqual([
      'prompts:read',
      'prompts:read,prompts:write',
      '',
      'prompts:write',
    ])
    const owners = [
      keyOf({ workspaceId: 'a', owner: { type: 'user', id: 'x' } }),
      keyOf({ workspaceId: 'b', owner: { type: 'user', id: 'x' } }),
      keyOf({ workspaceId: 'a', owner: { type: 'service', id: 'x' } }),
      keyOf({ workspaceId: 'a', owner: { type: 'user', id: 'y' } }),
    ]
    expect(owners.map(({ workspaceId, owner }) => `${workspaceId} ${owner.type} ${owner.id}`)).toEqual([
      'a user x',
      'b user x',
      'a service x',
      'a user y',
    ])
  })

  test('does not change with the record it was made from', () => {
    const permissions = ['prompts:*']
    const record = testRecord({ permissions, metadata: { team: 'core' } })
    const apiKey = apiKeys.make(record, record.secrets[0], unboundedGrants, {})
    permissions[0] = 'other:read'
    expect(apiKeys.refusal(apiKey, { permissions: ['prompts:read'] })).toBeUndefined()
    expect(apiKey.metadata).toEqual({ team: 'core' })
    expect(Object.isFrozen(apiKey.metadata)).toBe(true)
  })

  test('says what each key was granted itself, though the effective list is the same', () => {
    const owner = grantSet(['prompts:read'])
    const [wide, narrow] = [keyOf({}, owner), keyOf({ permissions: ['prompts:read'] }, owner)]
    expect(wide.permissions).toBe(narrow.permissions)
    const codes = [wide, narrow].map((key) => apiKeys.refusal(key, { permissions: ['prompts:write'] })?.code)
    expect(codes).toEqual(['owner_lacks_permission', 'insufficient_permission'])
  })
})

test('a copy of a key, with any permissions, is good for nothing', () => {
  const strong = keyOf()
  const weak = keyOf({ permissions: [] })
  for (const copy of [{ ...strong }, { ...weak, permissions: strong.permissions }]) {
    expect(apiKeys.isOurs(copy)).toBe(false)
    expect(apiKeys.refusal(copy, { permissions: ['prompts:read'] })?.code).toBe('insufficient_permission')
  }
  expect(apiKeys.isOurs(strong)).toBe(true)
  expect(createApiKeys(catalogue, []).isOurs(strong)).toBe(false)
})

test('metadata named like a part of every object is metadata', () => {
  const metadata = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>
  const apiKey = keyOf({ metadata })
  expect(Object.entries(apiKey.metadata)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  expect(Object.getPrototypeOf(apiKey.metadata)).toBe(Object.prototype)
})

describe('the dates of a key', () => {
  const createdAt = 1_735_689_600_123
  const dated = (): ApiKey => {
    const [secret] = testRecord().secrets
    const record = testRecord({ expiresAt: createdAt + 3, secrets: [{ ...secret, createdAt, endsAt: createdAt + 2 }] })
    return apiKeys.make(record, record.secrets[0], unboundedGrants, {})
  }
  const shown = ({ secretEndsAt, expiresAt }: ApiKey): unknown[] =>
    [secretEndsAt, expiresAt].map((date) => date?.getTime() ?? null)

  test('are those of the record and of the secret that was used', () => {
    expect(shown(dated())).toEqual([createdAt + 2, createdAt + 3])
    expect(shown(keyOf())).toEqual([null, null])
  })

  test('stay as they are, whatever a handler does with one', () => {
    const apiKey = dated()
    apiKey.expiresAt?.setTime(0)
    apiKey.secretEndsAt?.setTime(0)
    expect(() => Object.assign(apiKey, { expiresAt: new Date(0) })).toThrow(TypeError)
    expect(shown(apiKey)).toEqual([createdAt + 2, createdAt + 3])
  })

  test('are in copies, in JSON and in a structured clone', () => {
    const apiKey = dated()
    expect(shown({ ...apiKey })).toEqual(shown(apiKey))
    expect(shown(structuredClone(apiKey))).toEqual(shown(apiKey))
    expect(JSON.parse(JSON.stringify(apiKey))).toMatchObject({
      secretEndsAt: new Date(createdAt + 2).toISOString(),
      expiresAt: new Date(createdAt + 3).toISOString(),
    })
  })

  test('tell keys apart', () => {
    expect(apiKeys.areSame(keyOf(), keyOf())).toBe(true)
    expect(apiKeys.areSame(keyOf(), keyOf({ expiresAt: createdAt }))).toBe(false)
  })
})
