import { memoryStore } from '@claviger/store-memory'
import { seededRandom, testClock, testKeyring } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { createDecider } from '../src/http/index.ts'
import { argon2id, createKeyring, definePermissions, hmacSha256, keyActor, systemActor } from '../src/index.ts'
import { stepsOf } from './http/keyring.ts'
import { someOf } from './support/property-runs.ts'

/** Every name that some object of options, inputs, actors, records, requests or verifications may lack. */
const names = `
  prefix previousPrefixes environments store permissions defaultPermissions resolveOwner owners hasher onEvent
  policy retention usage cache recordAgeMs pollMs leaseMs storeTimeoutMs negativeMs expiryNoticeMs staleIfErrorMs
  hashing clock random maxLifetime rotateAfter unusedAfter maxOverlap revokedKeys deletedServiceAccounts activity
  idempotency flushMs maxCells maxEntries maxNegatives concurrency maxQueued maxWaitMs memoryKiB iterations
  parallelism pepper previousPeppers id secret
  header realm optional stripCredential verbose skipPreflight onDenied storeId changeLogLength keyring seed grants
  type workspaceId can origin owner environment expiresAt ip userAgent requestId list listAll create update rotate
  revoke viewUsage viewActivity diagnose manageServiceAccounts
  name description expiresIn metadata idempotencyKey revision overlap reason status ownerId attention search cursor
  limit keyId serviceAccountId actor action from to bucket includeDeleted permission anyPermission carrier statuses
  visibleOwners targetId ids groupBy at
  ok apiKey endsAt code hint requiredPermissions deniedBy besides record silent nonce expires denial
  scope replayed token key active rotating disabled secretVersion maxBytes nextPepper nextPrefix
  previousEnvironments nextEnvironments settled destroyed headersSent stream urgency meanwhile decide storeTimeout
  allowedAddresses resources address clientAddress doubt project restrictions reminders otherBearer guarded
  permissionsOf workspace others importedTokens pattern until imported tokenSha256 createdAt lastUsedAt dryRun
  limiter rule cost by requests per limits
  callers noteCaller holdsToken network agent version user-agent socket remoteAddress
  subscribe rawHeaders _readableState req res ttl max allowStale maxSize key_revoked denied
`
  .trim()
  .split(/\s+/)

/** What JSON can carry, and what looks harmless: each is right for some name. */
const values: readonly unknown[] = [
  true,
  false,
  1,
  60_000,
  'production',
  'staging',
  ['*:*', 'keys:manage'],
  [],
  { listAll: true, manageServiceAccounts: true },
  { type: 'user', id: 'eve' },
  '90d',
  null,
]

const permissions = definePermissions({ prompts: ['read', 'write'] })
const pepper = { id: 'p', secret: 'a pepper of thirty-two characters' }
const start = Date.UTC(2025, 0, 1)

/** Everything that can be asked and done, from the start, a line for each answer. */
async function life(): Promise<readonly string[]> {
  const seen: string[] = []
  const clock = testClock(start)
  const store = memoryStore({ storeId: 'fixed' })
  const keyring = createKeyring({
    prefix: 'acme',
    store,
    permissions,
    defaultPermissions: ['prompts:read'],
    hasher: hmacSha256({ pepper }),
    resolveOwner: ({ owner }) => (owner.id === 'eve' ? null : ['prompts:read']),
    clock,
    random: seededRandom(7),
    resources: ['project'],
    importedTokens: { pattern: /^old_[a-z]{24}$/ },
    usage: { callers: true },
  })
  const note = async (what: string, work: () => unknown): Promise<void> => {
    try {
      seen.push(JSON.stringify([what, plain(await work())]))
    } catch (error) {
      seen.push(JSON.stringify([what, (error as Error).name, (error as Error).message]))
    }
  }
  const member = { type: 'user', id: 'ada', workspaceId: 'ws_acme', permissions: ['prompts:read'] } as const
  const ada = keyring.as(member)
  const bob = keyring.as({ ...member, id: 'bob' })
  const system = keyring.as(systemActor('ws_acme'))
  const owner = { type: 'user', id: 'ada' } as const
  const named = { name: 'Key', environment: 'production' } as const

  const made = await ada.create(named)
  const { token, key } = made
  await note('create', () => made.key)
  await note('for no owner', () => system.create(named))
  await note('idempotent', () => ada.create(named, { idempotencyKey: 'once' }))
  await note('update', () => ada.update(key.id, { name: 'Other' }))
  await note('of another', () => bob.get(key.id))
  await note('widened', () => ada.update(key.id, { permissions: ['*:*'] }))
  await note('list', () => ada.list())
  await note('list of another', () => bob.list())
  await note('activity', () => ada.activity({ keyId: key.id }))
  await note('all activity', () => ada.activity())
  await note('usage', () => ada.usage(key.id))
  await note('all usage', () => ada.workspaceUsage())
  await note('grantable', () => ada.grantable())
  await note('account', () => ada.serviceAccounts.create({ name: 'bot', permissions: ['prompts:read'] }))
  await note('account of the system', () => system.serviceAccounts.create({ name: 'b', permissions: ['prompts:read'] }))
  await note('accounts', () => system.serviceAccounts.list())
  await note('diagnose', () => ada.diagnose(token))

  const verification = await keyring.verify(token)
  await note('verify', () => verification)
  for (const requirement of [
    { permission: 'prompts:read' },
    { permission: 'prompts:write' },
    { anyPermission: ['prompts:read', 'prompts:write'] },
    { environment: ['production'] },
    { environment: ['staging'] },
    { workspaceId: 'ws_acme' },
    { workspaceId: 'ws_other' },
  ] as const) {
    await note('required', () => keyring.verify(token, requirement))
    if (verification.ok) await note('authorized', () => keyring.authorize(verification.apiKey, requirement) ?? 'yes')
  }
  await note('nothing required', () => verification.ok && keyring.authorize(verification.apiKey, {}))
  await note('wrong secret', () => keyring.verify(`${token.slice(0, -7)}0${token.slice(-6)}`))
  await note('no token', () => keyring.verify(undefined))
  if (verification.ok) {
    const acting = keyring.as(keyActor(verification.apiKey))
    await note('key acts', () => acting.create({ name: 'child', environment: 'production' }))
  }

  const auth = stepsOf(keyring)
  const request = (...rawHeaders: string[]) => ({ method: 'GET', url: '/', rawHeaders, headers: {} })
  for (const [what, steps] of [
    ['anonymous', [auth.authenticate()]],
    ['anonymous where optional', [auth.authenticate({ optional: true })]],
    ['guarded', [auth.authenticate(), auth.require('prompts:read'), auth.workspace(() => 'ws_acme')]],
    ['guarded by what it lacks', [auth.authenticate(), auth.require('prompts:write')]],
    ['guarded by environment', [auth.authenticate(), auth.environment('staging')]],
    ['checked', [auth.authenticate(), auth.check(() => false)]],
    ['unauthenticated', [auth.requireAny('prompts:read')]],
  ] as const) {
    for (const sent of [request(), request('Authorization', `Bearer ${token}`), request('X-API-Key', token)]) {
      for (const { decide } of steps) await note(what, () => decide(sent, sent))
    }
  }

  const decide = createDecider(keyring, { permissions: ['prompts:read'] })
  for (const headers of [new Headers(), new Headers({ authorization: `Bearer ${token}` })]) {
    await note('decided', () => decide({ method: 'GET', url: 'http://acme.test/', headers }))
  }

  const limits = { allowedAddresses: ['203.0.113.0/24'], resources: { project: ['p1'] } } as const
  const limited = await ada.create({ ...named, ...limits })
  await note('limited', () => limited.key)
  for (const use of [{}, { address: '203.0.113.7' }, { address: '203.0.113.7', resources: { project: 'p2' } }]) {
    await note('limited use', () => keyring.verify(limited.token, use))
  }
  await note('limited less', () => ada.update(limited.key.id, { allowedAddresses: [] }))
  const old = { tokenSha256: 'ab'.repeat(32), name: 'Old', environment: 'production', permissions: [], owner } as const
  for (const dryRun of [true, false]) await note('import', () => ada.import([old], { dryRun }))
  const pass = (): void => undefined
  for (const steps of [
    [auth.authenticate(), auth.resource('project', () => 'p1')],
    [auth.authenticate({ otherBearer: 'pass', optional: true })],
    [auth.either(pass as never, { permissionsOf: () => ['prompts:read'] }), auth.require('prompts:write')],
  ]) {
    for (const sent of [
      request('Authorization', `Bearer ${limited.token}`),
      request('Authorization', 'Bearer a.b.c'),
    ]) {
      for (const { decide: step } of steps) await note('limited step', () => step(sent, sent))
    }
  }
  await note('reminders', () => keyring.remind({ dryRun: true }))

  await note('rotate', async () => (await ada.rotate(key.id)).key)
  await note('end overlap', () => ada.endOverlap(key.id))
  await note('disable', () => ada.disable(key.id))
  await note('enable', () => ada.enable(key.id))
  await note('transfer', () => system.transfer(key.id, { type: 'service', id: 'svc_none' }))
  await note('owner changed', () => keyring.ownerChanged({ workspaceId: 'ws_acme', owner }))
  await note('revoke', () => ada.revoke(key.id))
  await note('revoke many', () => system.revokeMany([key.id]))
  await note('revoked', () => keyring.verify(token))
  await keyring.flush()
  await note('callers', () => ada.callers(key.id))
  await note('guarantees', () => keyring.guarantees())
  const plainSettings = { prefix: 'acme', store, permissions, owners: 'unbounded', usage: {} } as const
  await note('guarantees without callers', () => createKeyring(plainSettings).guarantees())
  await note('argon2id', () => argon2id())
  await note('argon2id with a pepper', () => argon2id({ pepper }).peppers.currentId)
  await note('memory store', () =>
    memoryStore()
      .poll(null)
      .then(({ changes }) => changes),
  )
  await note('test keyring', async () => (await testKeyring()).key.permissions)
  await note('purge', () => keyring.purge())
  await keyring.close()
  return seen
}

/** Own fields only: what is inherited is not part of the answer, but of the attack. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'function' : value
  if (value instanceof Date) return value.getTime()
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
}

async function polluted(
  name: string,
  value: unknown,
  body: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  // oxlint-disable-next-line no-extend-native
  Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true })
  try {
    return await body()
  } finally {
    Reflect.deleteProperty(Object.prototype, name)
  }
}

/** The answers without pollution: the same each time, as the last test shows. */
let clean: readonly string[] | undefined

describe('what someone put on Object.prototype changes no right, key, verification or answer:', () => {
  test.each(someOf(names))('%s', async (name) => {
    clean ??= await life()
    for (const value of values) {
      const dirty = await polluted(name, value, life)
      expect(
        dirty.filter((line, index) => line !== clean?.[index]),
        JSON.stringify(value),
      ).toEqual([])
      expect(dirty.length).toBe(clean.length)
    }
  })
})

test('the life that is compared makes, accepts and refuses keys', async () => {
  const clean = await life()
  for (const said of ['"type":"pass"', '"type":"deny"', 'ForbiddenError', 'key_revoked', 'PermissionCeilingError']) {
    expect(clean.join('\n')).toContain(said)
  }
  expect(await life()).toEqual(clean)
})
