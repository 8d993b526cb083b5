import { describe, expect, test } from 'vitest'
import { keyActor, type ListKeysInput } from '../../../src/index.ts'
import { setUp } from '../../support/set-up.ts'

async function world() {
  const made = setUp({ policy: { rotateAfter: '1d' } })
  const { create, keys, clock } = made
  await create({ name: 'old' })
  clock.advance(2 * 86_400_000)
  await create({ name: 'ci', environment: 'ci' })
  await create({ name: 'bob', environment: 'staging', owner: { type: 'user', id: 'bob' }, expiresIn: '1d' })
  const revoked = await create({ name: 'revoked' })
  await keys.revoke(revoked.key.id)
  const names = async (input: ListKeysInput): Promise<readonly string[]> =>
    (await keys.list(input)).items.map(({ name }) => name).sort()
  return { ...made, names }
}

describe('every filter of a list takes one value or several', async () => {
  const { names } = await world()

  test.each<[ListKeysInput, readonly string[]]>([
    [{ environment: 'ci' }, ['ci']],
    [{ environment: ['ci'] }, ['ci']],
    [{ environment: ['ci', 'staging', 'ci'] }, ['bob', 'ci']],
    [{ ownerId: 'bob' }, ['bob']],
    [{ ownerId: ['bob', 'nobody'] }, ['bob']],
    [{ status: 'revoked' }, ['revoked']],
    [{ status: ['revoked', 'active'], environment: ['production'] }, ['old', 'revoked']],
    [{ attention: 'rotationDue' }, ['old']],
    [{ attention: ['rotationDue', 'expiring'] }, ['bob', 'old']],
    [{ attention: ['rotationDue', 'expiring'], environment: ['staging', 'ci'] }, ['bob']],
    [
      { environment: undefined, ownerId: undefined, status: undefined, attention: undefined },
      ['bob', 'ci', 'old', 'revoked'],
    ],
  ])('%j', async (input, found) => {
    expect(await names(input)).toEqual(found)
  })

  test.each([
    ['environment', { environment: [] }],
    ['environment', { environment: ['ci', 'moon'] }],
    ['environment', { environment: Array(1) }],
    ['ownerId', { ownerId: [] }],
    ['ownerId', { ownerId: ['a', 5] }],
    ['ownerId', { ownerId: Array.from({ length: 101 }, (_, index) => `u${index}`) }],
    ['status', { status: [] }],
    ['status', { status: ['active', 'alive'] }],
    ['attention', { attention: [] }],
    ['attention', { attention: ['expiring', 'soon'] }],
  ])('a wrong %s is named: %j', async (field, input) => {
    await expect(names(input as ListKeysInput)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })
})

test('a key that acts lists its own environment, whatever it asks for', async () => {
  const { create, keyring } = setUp({ resolveOwner: () => ['*:*', 'keys:manage'] })
  const acting = await create({ name: 'acting', environment: 'ci', permissions: ['keys:manage'] })
  await create({ name: 'other' })
  const verification = await keyring.verify(acting.token)
  if (!verification.ok) throw new Error('Expected a good key.')
  const own = keyring.as(keyActor(verification.apiKey))
  const names = async (environment?: string[]): Promise<readonly string[]> =>
    (await own.list({ environment })).items.map(({ name }) => name)
  expect(await names()).toEqual(['acting'])
  expect(await names(['production', 'ci'])).toEqual(['acting'])
  expect(await names(['production'])).toEqual([])
})
