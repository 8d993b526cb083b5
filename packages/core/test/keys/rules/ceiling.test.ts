import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definePermissions, type KeyringOptions } from '../../../src/index.ts'
import { allows, beyond, grant, grants } from '../../permissions/oracle.ts'
import { admin, named, user } from '../../support/actors.ts'
import { partOf } from '../../support/property-runs.ts'
import { type SetUp, setUp } from '../../support/set-up.ts'

/*
 * No one hands out what they do not hold, whichever call hands it out. Random grants for everyone
 * concerned; what is accepted, and what is missing otherwise, is compared with an enumeration of all permissions.
 */
const catalogue = definePermissions({ a: ['read', 'write'], b: ['read'], keys: ['read'] })
/** Grants of keys must cover something that is declared. */
const declared = fc.array(
  grant.filter((each) => catalogue.names.some((name) => allows([each], name))),
  { maxLength: 4 },
)
const normal = (some: readonly string[]): readonly string[] => [...new Set(some)].sort()

function world(): SetUp & { readonly held: Map<string, readonly string[]> } {
  const held = new Map<string, readonly string[]>()
  const options = {
    permissions: catalogue,
    defaultPermissions: ['a:read', 'b:read', 'keys:manage'],
    resolveOwner: ({ owner }: { readonly owner: { readonly id: string } }) => held.get(owner.id) ?? [],
  } as unknown as Partial<KeyringOptions>
  return { ...setUp(options), held }
}

/** The verification of a call: accepted, or the grants that are missing and who misses them. */
async function verification(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'accepted',
    (error: { code: string; missing?: readonly string[]; holder?: string }) =>
      error.code === 'ERR_CLAVIGER_PERMISSION_CEILING' ? { [error.holder ?? '']: error.missing } : error,
  )
}

function expectedAnswer(actor: readonly string[], owner: readonly string[]): unknown {
  if (actor.length > 0) return { actor }
  return owner.length > 0 ? { owner } : 'accepted'
}

/** Both answers must have come up often, or the test has shown nothing. */
function tally() {
  const counts = { accepted: 0, refused: 0 }
  return {
    note: (expected: unknown): void => void (counts[expected === 'accepted' ? 'accepted' : 'refused'] += 1),
    suffices: (least: number): void => expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(partOf(least)),
  }
}

const runs = { numRuns: partOf(500), seed: 20 }

test('create grants what the actor holds, and a service account too', async () => {
  const { keyring, keys, store } = world()
  const seen = tally()
  await fc.assert(
    fc.asyncProperty(grants, declared, declared, async (own, ceiling, wanted) => {
      const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ceiling })
      const actor = keyring.as(admin({ permissions: own }))
      const owner = { type: 'service', id: account.id } as const
      const missing = normal(beyond(own, wanted))
      for (const [wish, expected] of [
        [{ ...named, permissions: wanted }, expectedAnswer(missing, [])],
        [{ ...named, permissions: wanted, owner }, expectedAnswer(missing, normal(beyond(ceiling, wanted)))],
      ] as const) {
        const commits = store.calls.commit ?? 0
        expect(await verification(actor.create(wish))).toEqual(expected)
        expect((store.calls.commit ?? 0) - commits).toBe(expected === 'accepted' ? 1 : 0)
        seen.note(expected)
      }
    }),
    runs,
  )
  seen.suffices(200)
}, 60_000)

test('by default, a key gets of the defaults what the actor holds, and a service account too', async () => {
  const { keyring, keys } = world()
  await fc.assert(
    fc.asyncProperty(grants, declared, async (own, ceiling) => {
      const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ceiling })
      const actor = keyring.as(admin({ permissions: own }))
      const defaults = ['a:read', 'b:read', 'keys:manage'].filter((name) => allows(own, name))
      expect((await actor.create(named)).key.permissions).toEqual(defaults)
      expect(actor.grantable()).toEqual({
        declared: catalogue.names,
        grantable: catalogue.names.filter((name) => allows(own, name)),
        defaults,
      })
      const owned = await actor.create({ ...named, owner: { type: 'service', id: account.id } })
      expect(owned.key.permissions).toEqual(defaults.filter((name) => allows(ceiling, name)))
    }),
    runs,
  )
}, 60_000)

const ends = fc.constantFrom(undefined, 'never', '1h', '2h', '3h')

test('update adds what the actor holds; a later end needs it to hold everything', async () => {
  const { keyring, create, clock, store } = world()
  const seen = tally()
  await fc.assert(
    fc.asyncProperty(grants, declared, declared, ends, fc.boolean(), async (own, before, after, end, endless) => {
      const twoHours = clock.now() + 7_200_000
      const { key } = await create({ permissions: before, ...(!endless && { expiresAt: twoHours }) })
      const expiry = end === 'never' ? { expiresAt: null } : end === undefined ? {} : { expiresIn: end as '1h' }
      const later = !endless && (end === 'never' || end === '3h')
      const added = normal(after).filter((each) => beyond(before, [each]).length > 0)
      const expected = expectedAnswer(normal(beyond(own, later ? after : added)), [])
      const commits = store.calls.commit ?? 0
      const actor = keyring.as(user('ada', { permissions: own }))
      expect(await verification(actor.update(key.id, { permissions: after, ...expiry }))).toEqual(expected)
      expect((store.calls.commit ?? 0) - commits).toBeLessThanOrEqual(expected === 'accepted' ? 1 : 0)
      seen.note(expected)
    }),
    runs,
  )
  seen.suffices(100)
}, 60_000)

test('enable and rotate hand out a key as it is', async () => {
  const { keyring, keys, create } = world()
  const seen = tally()
  await fc.assert(
    fc.asyncProperty(grants, declared, async (own, permissions) => {
      const { key } = await create({ permissions })
      await keys.disable(key.id)
      const actor = keyring.as(user('ada', { permissions: own }))
      const expected = expectedAnswer(beyond(own, normal(permissions)), [])
      for (const call of [() => actor.enable(key.id), () => actor.rotate(key.id, { overlap: 0 })]) {
        expect(await verification(call())).toEqual(expected)
      }
      expect(await keys.get(key.id)).toMatchObject(
        expected === 'accepted' ? { status: 'active', revision: 4 } : { status: 'disabled', revision: 2 },
      )
      seen.note(expected)
    }),
    runs,
  )
  seen.suffices(100)
}, 60_000)

test('transfer needs actor and service account to hold what the key was granted', async () => {
  const { keyring, keys, create } = world()
  const seen = tally()
  await fc.assert(
    fc.asyncProperty(grants, declared, declared, async (own, ceiling, permissions) => {
      const account = await keys.serviceAccounts.create({ name: 'bot', permissions: ceiling })
      const { key } = await create({ permissions })
      const granted = normal(permissions)
      const expected = expectedAnswer(beyond(own, granted), beyond(ceiling, granted))
      const actor = keyring.as(admin({ permissions: own }))
      expect(await verification(actor.transfer(key.id, { type: 'service', id: account.id }))).toEqual(expected)
      expect((await keys.get(key.id)).owner.id).toBe(expected === 'accepted' ? account.id : 'ada')
      seen.note(expected)
    }),
    runs,
  )
  seen.suffices(60)
}, 60_000)

test('service accounts are given what the actor holds', async () => {
  const { keyring, keys } = world()
  const seen = tally()
  await fc.assert(
    fc.asyncProperty(grants, declared, declared, async (own, before, after) => {
      const { serviceAccounts } = keyring.as(admin({ permissions: own }))
      const made = expectedAnswer(beyond(own, normal(before)), [])
      expect(await verification(serviceAccounts.create({ name: 'bot', permissions: before }))).toEqual(made)
      const { id } = await keys.serviceAccounts.create({ name: 'bot', permissions: before })
      const added = normal(after).filter((each) => beyond(before, [each]).length > 0)
      const changed = expectedAnswer(beyond(own, added), [])
      expect(await verification(serviceAccounts.update(id, { permissions: after }))).toEqual(changed)
      seen.note(changed)
    }),
    runs,
  )
  seen.suffices(60)
}, 60_000)

test('whatever is done with a key, it is never good for more than its owner holds at that moment', async () => {
  const { keyring, keys, create, held } = world()
  let some = 0
  let count = 0
  await fc.assert(
    fc.asyncProperty(grants, grants, declared, declared, async (first, later, permissions, changed) => {
      const owner = { type: 'user', id: `owner ${(count += 1)}` } as const
      const good = async (token: string): Promise<readonly string[]> => {
        const verification = await keyring.verify(token)
        return verification.ok ? verification.apiKey.permissions : []
      }
      const both = (granted: readonly string[], now: readonly string[]): readonly string[] =>
        catalogue.names.filter((name) => allows(granted, name) && allows(now, name))
      held.set(owner.id, first)
      const { key, token } = await create({ permissions, owner })
      expect(await good(token)).toEqual(both(permissions, first))
      held.set(owner.id, later)
      await keyring.ownerChanged({ workspaceId: 'ws_acme', owner })
      expect(await good(token)).toEqual(both(permissions, later))
      await keys.update(key.id, { permissions: changed })
      expect(await good(token)).toEqual(both(changed, later))
      const rotated = await keys.rotate(key.id)
      for (const each of [token, rotated.token]) expect(await good(each)).toEqual(both(changed, later))
      if (both(changed, later).length > 0) some += 1
    }),
    runs,
  )
  expect(some).toBeGreaterThan(partOf(100))
}, 60_000)
