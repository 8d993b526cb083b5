import { describe, expect, test } from 'vitest'
import { ConfigurationError, ValidationError } from '../../src/errors/errors.ts'
import { argon2id, type KeyRequirement, keyActor } from '../../src/index.ts'
import { setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

const { create, keyring } = setUp()
const { token } = await create({ permissions: ['prompts:read'] })
const verified = await keyring.verify(token)
if (!verified.ok) throw new Error('Expected a good key.')
const { apiKey } = verified

/** Whatever is asked of a key here, neither call may take it for nothing. */
const nothingAsked: readonly (readonly [what: string, requirement: unknown])[] = [
  ['a workspace that is undefined', { workspaceId: undefined }],
  ['a workspace that is empty', { workspaceId: '' }],
  ['a workspace that is null', { workspaceId: null }],
  ['no permissions', { permissions: [] }],
  ['permissions that are undefined', { permissions: undefined }],
  ['a permission that is undefined', { permission: undefined }],
  ['permissions that are text', { permissions: 'prompts:read' }],
  ['permissions with a hole', { permissions: Array(1) }],
  ['a permission that is not declared', { permission: 'prompts:reed' }],
  ['a misspelt requirement', { workspace: 'ws_acme' }],
  ['environments that are text', { environment: 'non-production' }],
  ['an environment that is not declared', { environment: ['moon'] }],
  ['a list in the place of one permission', { permission: ['prompts:read'] }],
  ['no environment of several', { environment: [] }],
  ['an environment that is undefined', { environment: undefined }],
  ['the name it had before', { environments: ['production'] }],
  ['none of several', { anyPermission: [] }],
  ['a text', 'prompts:read'],
  ['a number', 5],
  ['true', true],
  ['an array', []],
  ['an array of permissions', ['prompts:read']],
  ['a function', () => ({})],
  ['a Map', new Map([['permission', 'prompts:write']])],
  ['null', null],
  ['what inherits', Object.create({ permission: 'prompts:write' })],
]

describe('what asks nothing that can be answered is refused', () => {
  test.each(nothingAsked)('by verify and by authorize: %s', async (_, requirement) => {
    await expect(keyring.verify(token, requirement as never)).rejects.toThrow(ConfigurationError)
    expect(() => keyring.authorize(apiKey, requirement as never)).toThrow(ConfigurationError)
    expect(() => doorTo(keyring).guards.requirement(requirement as never)).toThrow(ConfigurationError)
  })

  test('by authorize: nothing at all', () => {
    for (const nothing of [{}, undefined]) {
      expect(() => keyring.authorize(apiKey, nothing as never)).toThrow(ConfigurationError)
      expect(() => doorTo(keyring).guards.requirement(nothing as never)).toThrow(ConfigurationError)
    }
  })

  test('by verify: a carrier that does not exist', async () => {
    for (const carrier of ['cookie', null, ['direct']]) {
      await expect(keyring.verify(token, { carrier } as never)).rejects.toThrow(ConfigurationError)
    }
  })

  test('however long it is', async () => {
    const long = 'x'.repeat(5_000_000)
    await expect(keyring.verify(token, long as never)).rejects.toThrow(ConfigurationError)
    await expect(keyring.verify(token, { permission: long })).rejects.toThrow(/a text of 5000000 characters/)
  })

  test('without repeating a token that came in the wrong place', async () => {
    for (const asked of [{ permission: token }, { permissions: [token] }, { environment: [token] }, { [token]: 1 }]) {
      const failure = await keyring.verify('prompts:read', asked as never).catch((error: Error) => error)
      expect(failure).toBeInstanceOf(ConfigurationError)
      expect(JSON.stringify([failure, (failure as Error).message])).not.toContain(token.slice(-49, -30))
    }
  })
})

describe('authorize', () => {
  const answers: readonly (readonly [KeyRequirement<never>, string | undefined])[] = [
    [{ permission: 'prompts:read' }, undefined],
    [{ permission: 'prompts:write' }, 'insufficient_permission'],
    [{ permissions: ['prompts:read', 'prompts:write'] }, 'insufficient_permission'],
    [{ anyPermission: ['prompts:read', 'prompts:write'] }, undefined],
    [{ environment: 'production' }, undefined],
    [{ environment: ['staging', 'production'] }, undefined],
    [{ environment: ['staging'] }, 'wrong_environment'],
    [{ workspaceId: 'ws_acme' }, undefined],
    [{ workspaceId: 'ws_other', permission: 'prompts:read' }, 'wrong_workspace'],
  ] as never

  test.each(answers)('says of %j what verify says', async (requirement, code) => {
    expect(keyring.authorize(apiKey, requirement)?.code).toBe(code)
    expect(doorTo(keyring).guards.requirement(requirement)(apiKey)?.code).toBe(code)
    const verification = await keyring.verify(token, requirement)
    expect(verification.ok ? undefined : verification.code).toBe(code)
  })

  test('refuses what no verification of this keyring gave', async () => {
    const other = setUp({ seed: 2 })
    const foreign = await other.keyring.verify((await other.create()).token)
    for (const forged of [
      undefined,
      null,
      'apiKey',
      {},
      { ...apiKey },
      structuredClone({ ...apiKey }),
      new Proxy(apiKey, {}),
      foreign.ok ? foreign.apiKey : undefined,
    ]) {
      expect(keyring.authorize(forged as never, { workspaceId: 'ws_acme' })).toEqual({ ok: false, code: 'invalid_key' })
    }
  })
})

describe('typed errors and quiet no-ops', () => {
  test('recordUse never throws, whatever it is given', () => {
    const { recordUse } = doorTo(keyring) as { recordUse: (...all: unknown[]) => void }
    for (const given of [undefined, null, 7, 'x', {}, { ok: true }, { ok: true, apiKey: null }, { ok: false }]) {
      expect(() => recordUse(given, undefined, undefined)).not.toThrow()
    }
  })

  test('argon2id takes nothing but a plain object', () => {
    for (const wrong of [null, 5, 'x', [], new Map([['pepper', 'x'.repeat(32)]])]) {
      expect(() => argon2id(wrong as never)).toThrow(ConfigurationError)
    }
    expect(() => argon2id({ papper: 'x'.repeat(32) } as never)).toThrow(/did you mean "pepper"/)
    expect(() => argon2id({ pepper: { id: 'a', secrete: 'x' } } as never)).toThrow(/did you mean "secret"/)
  })

  test('keyActor needs a key, and takes can and origin', () => {
    for (const wrong of [undefined, null, token, [apiKey]]) {
      expect(() => keyActor(wrong as never)).toThrow(ValidationError)
    }
    expect(() => keyActor(apiKey, { cann: { rotate: false } } as never)).toThrow(/did you mean "can"/)
    expect(() => keyActor(apiKey, null as never)).toThrow(ValidationError)
  })
})
