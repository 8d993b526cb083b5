import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { closeGracefully, createDecider, createHttpAuth } from '../../src/http/index.ts'
import { argon2id, createKeyring, definePermissions, hmacSha256, keyActor, systemActor } from '../../src/index.ts'
import { pepper, setUp } from '../support/set-up.ts'
import { user } from '../support/actors.ts'

const { create, keyring, keys } = setUp()
const { key, token } = await create()
const verification = await keyring.verify(token)
if (!verification.ok) throw new Error('Expected a good key.')
const { apiKey } = verification
const account = await keys.serviceAccounts.create({ name: 'bot', permissions: [] })
const options = {
  prefix: 'acme',
  store: memoryStore(),
  permissions: definePermissions({ prompts: ['read'] }),
  owners: 'unbounded',
} as const
const named = { name: 'Website', environment: 'production' } as const
const server = { close: () => {}, on: () => {} }

/** Everything that takes an object of fields: how it is called with one more, and a field that is nearly a known one. */
const takers: readonly (readonly [name: string, call: (more: object) => unknown, misspelt: string, meant: string])[] = [
  ['createKeyring', (more) => createKeyring({ ...options, ...more }), 'pollMS2', 'pollMs'],
  ['policy', (more) => createKeyring({ ...options, policy: more }), 'rotateAftr', 'rotateAfter'],
  ['retention', (more) => createKeyring({ ...options, retention: more }), 'activty', 'activity'],
  ['usage', (more) => createKeyring({ ...options, usage: more }), 'flushms2', 'flushMs'],
  ['cache', (more) => createKeyring({ ...options, cache: more }), 'maxEntry', 'maxEntries'],
  ['hashing', (more) => createKeyring({ ...options, hashing: more }), 'concurency', 'concurrency'],
  ['argon2id', (more) => argon2id(more), 'memoryKib2', 'memoryKiB'],
  ['hmacSha256', (more) => hmacSha256({ pepper, ...more }), 'nextPeper', 'nextPepper'],
  ['memoryStore', (more) => memoryStore(more), 'changeLogLenght', 'changeLogLength'],
  ['systemActor', (more) => systemActor('ws', more), 'orgin', 'origin'],
  ['keyActor', (more) => keyActor(apiKey, more), 'orgin', 'origin'],
  ['as', (more) => keyring.as({ ...user('ada'), ...more }), 'cann', 'can'],
  ['as, can', (more) => keyring.as(user('ada', { can: more })), 'rotat', 'rotate'],
  ['as, origin', (more) => keyring.as(user('ada', { origin: more })), 'userAgnt', 'userAgent'],
  ['verify', (more) => keyring.verify(token, more), 'permision', 'permission'],
  ['authorize', (more) => keyring.authorize(apiKey, more), 'environmnt', 'environment'],
  ['watch', (more) => keyring.watch(apiKey, more), 'workspaceID2', 'workspaceId'],
  ['ownerChanged', (more) => keyring.ownerChanged({ workspaceId: 'ws', owner: key.owner, ...more }), 'ownr', 'owner'],
  ['create', (more) => keys.create({ ...named, ...more }), 'expiresAtt', 'expiresAt'],
  [
    'create, options',
    (more) => keys.create({ ...named, owner: key.owner }, { idempotencyKey: 'a', ...more }),
    'idempotencyKy',
    'idempotencyKey',
  ],
  ['create, owner', (more) => keys.create({ ...named, owner: { ...key.owner, ...more } }), 'typ', 'type'],
  ['list', (more) => keys.list(more), 'statuss', 'status'],
  ['update', (more) => keys.update(key.id, more), 'descripton', 'description'],
  ['update, options', (more) => keys.update(key.id, { name: 'Other' }, more), 'revison', 'revision'],
  ['rotate', (more) => keys.rotate(key.id, more), 'overlp', 'overlap'],
  ['disable', (more) => keys.disable(key.id, more), 'reson', 'reason'],
  ['revoke', (more) => keys.revoke(key.id, more), 'reson', 'reason'],
  ['revokeMany', (more) => keys.revokeMany([], more), 'reson', 'reason'],
  ['usage of a key', (more) => keys.usage(key.id, more), 'bucke', 'bucket'],
  ['workspaceUsage', (more) => keys.workspaceUsage(more), 'limt', 'limit'],
  ['activity', (more) => keys.activity(more), 'keyID2', 'keyId'],
  ['diagnose', (more) => keys.diagnose(token, more), 'permision', 'permission'],
  [
    'serviceAccounts.create',
    (more) => keys.serviceAccounts.create({ name: 'b', permissions: [], ...more }),
    'nme',
    'name',
  ],
  ['serviceAccounts.update', (more) => keys.serviceAccounts.update(account.id, more), 'descripton', 'description'],
  ['serviceAccounts.list', (more) => keys.serviceAccounts.list(more), 'limt', 'limit'],
  ['createHttpAuth', (more) => createHttpAuth(keyring, more, (step) => step), 'stripCredentials', 'stripCredential'],
  ['createDecider', (more) => createDecider(keyring, more), 'environmnt', 'environment'],
  ['closeGracefully', (more) => closeGracefully(server, keyring, more), 'gracems2', 'graceMs'],
]

const outcomeOf = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call()
  } catch (error) {
    return error
  }
}

describe('an unknown field is refused', () => {
  test.each(takers)('%s', async (_, call, misspelt, meant) => {
    const error = await outcomeOf(() => call({ [misspelt]: undefined }))
    expect(error).toMatchObject({ code: expect.stringMatching(/_(CONFIGURATION|VALIDATION)$/) as string })
    expect((error as Error).message).toContain(`"${misspelt}", did you mean "${meant}"? Known: `)
  })
})
