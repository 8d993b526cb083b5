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
  const account = await keys.serviceAccounts.create({ name: 'bot', permissions: [] })
  const service = { type: 'service', id: account.id } as const
  await create({ name: 'deploy', environment: 'ci', owner: service, permissions: [] })
  const revoked = await create({ name: 'revoked' })
  await keys.revoke(revoked.key.id)
  const names = async (input: ListKeysInput): Promise<readonly string[]> =>
    (await keys.list(input)).items.map(({ name }) => name).sort()
  return { ...made, names }
}

describe('every filter of a list takes one value or several', async () => {
  const { names } = await world()

  test.each<[ListKeysInput, readonly string[]]>([
    [{ environment: 'ci' }, ['ci', 'deploy']],
    [{ environment: ['ci'] }, ['ci', 'deploy']],
    [{ environment: ['ci', 'staging', 'ci'] }, ['bob', 'ci', 'deploy']],
    [{ ownerId: 'bob' }, ['bob']],
    [{ ownerId: ['bob', 'nobody'] }, ['bob']],
    [{ ownerType: 'service' }, ['deploy']],
    [{ ownerType: 'service', ownerId: 'bob' }, []],
    [{ ownerType: ['user', 'service'], environment: ['staging', 'ci'] }, ['bob', 'ci', 'deploy']],
    [{ status: 'revoked' }, ['revoked']],
    [{ status: ['revoked', 'active'], environment: ['production'] }, ['old', 'revoked']],
    [{ attention: 'rotationDue' }, ['old']],
    [{ attention: ['rotationDue', 'expiring'] }, ['bob', 'old']],
    [{ attention: ['rotationDue', 'expiring'], environment: ['staging', 'ci'] }, ['bob']],
    [
      { environment: undefined, ownerId: undefined, status: undefined, attention: undefined },
      ['bob', 'ci', 'deploy', 'old', 'revoked'],
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
    ['ownerType', { ownerType: [] }],
    ['ownerType', { ownerType: ['service', 'robot'] }],
    ['status', { status: [] }],
    ['status', { status: ['active', 'alive'] }],
    ['attention', { attention: [] }],
    ['attention', { attention: ['expiring', 'soon'] }],
  ])('a wrong %s is named: %j', async (field, input) => {
    await expect(names(input as ListKeysInput)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_VALIDATION', field })
  })
})

test('a type of owner shows no one more than they see', async () => {
  const { keyring } = await world()
  const seen = async (can: object, ownerType: 'user' | 'service'): Promise<readonly string[]> => {
    const actor = { type: 'user', id: 'bob', workspaceId: 'ws_acme', permissions: [], can } as const
    return (await keyring.as(actor).list({ ownerType })).items.map(({ name }) => name)
  }
  expect(await seen({}, 'user')).toEqual(['bob'])
  expect(await seen({}, 'service')).toEqual([])
  expect(await seen({ manageServiceAccounts: true }, 'service')).toEqual(['deploy'])
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
