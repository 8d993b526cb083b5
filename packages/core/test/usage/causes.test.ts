import { describe, expect, test } from 'vitest'
import { causeOf, readCause } from '../../src/usage/causes.ts'
import { lackedBy, lacks } from '../../src/verification/lacking.ts'
import type { Refused } from '../../src/verification/verification.ts'
import { setUp } from '../support/set-up.ts'

const refused = (): Refused => ({ ok: false, code: 'insufficient_permission' })

describe('the name under which a denied use is counted', () => {
  test('is the code, and what was lacked, and can be read again', () => {
    expect(causeOf(lacks(refused(), 'runs:create'))).toBe('insufficient_permission runs:create')
    expect(readCause('insufficient_permission runs:create')).toEqual({
      code: 'insufficient_permission',
      lacked: 'runs:create',
    })
  })

  test('is the code where nothing is known to be lacked, and for a copy of a refusal', () => {
    expect([causeOf(refused()), causeOf({ code: 'rate_limited' })]).toEqual(['insufficient_permission', 'rate_limited'])
    expect(causeOf({ ...lacks(refused(), 'runs:create') })).toBe('insufficient_permission')
    expect(readCause('key_expired')).toEqual({ code: 'key_expired', lacked: undefined })
  })

  test('of up to 128 characters names what was lacked, a longer one the code', () => {
    const most = `a:${'b'.repeat(102)}`
    expect(causeOf(lacks(refused(), most))).toHaveLength(128)
    expect(causeOf(lacks(refused(), `${most}b`))).toBe('insufficient_permission')
  })
})

test('a refusal itself does not tell what was lacked', () => {
  expect(Object.keys(lacks(refused(), 'runs:create'))).toEqual(['ok', 'code'])
})

describe('what a refused key lacked', () => {
  const refusalFor = async (held: readonly string[], owner: readonly string[], asked: object) => {
    const { keyring, create } = setUp({ resolveOwner: () => owner, resources: ['project'] })
    const { token } = await create({ permissions: held, resources: { project: ['p1'] } })
    const verification = await keyring.verify(token)
    if (!verification.ok) throw new Error(verification.code)
    const refusal = keyring.authorize(verification.apiKey, asked)
    return refusal && [refusal.code, lackedBy(refusal)]
  }

  test('is the first permission that it lacks of those asked for', async () => {
    const asked = { permissions: ['prompts:list', 'prompts:read', 'prompts:write'] }
    expect(await refusalFor(['prompts:list'], ['*:*'], asked)).toEqual(['insufficient_permission', 'prompts:read'])
  })

  test('is what the owner lacks, where only the owner lacks something', async () => {
    const asked = { permissions: ['prompts:list', 'prompts:read'] }
    expect(await refusalFor(['prompts:list', 'prompts:read'], ['prompts:list'], asked)).toEqual([
      'owner_lacks_permission',
      'prompts:read',
    ])
  })

  test('is not what the owner lacks too, where the key has to be given one first', async () => {
    const asked = { permissions: ['prompts:read', 'prompts:write'] }
    expect(await refusalFor(['prompts:list', 'prompts:read'], ['prompts:list'], asked)).toEqual([
      'insufficient_permission',
      'prompts:write',
    ])
  })

  test('of several that each would do is the first', async () => {
    const asked = { anyPermission: ['prompts:read', 'prompts:write'] }
    expect(await refusalFor(['prompts:list'], ['*:*'], asked)).toEqual(['insufficient_permission', 'prompts:read'])
  })

  test('is the type of the resource, never its id', async () => {
    expect(await refusalFor(['prompts:read'], ['*:*'], { resources: { project: 'p2' } })).toEqual([
      'resource_not_allowed',
      'project',
    ])
  })
})
