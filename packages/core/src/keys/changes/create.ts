import { ConflictError } from '../../errors/errors.ts'
import { grantSet } from '../../permissions/match.ts'
import type { KeyRecord, Owner } from '../../store/records.ts'
import type { Write } from '../../store/store.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { isStored } from '../reading/stored.ts'
import { commitFor } from '../rules/acting.ts'
import { endOf, requireEnd, requireEnvironment, requireGrants } from '../rules/ceiling.ts'
import { demand } from '../rules/rights.ts'
import { activityEntry, firstFacts, keyFacts } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { type CheckedCreate, parseCreate } from '../shapes/create-input.ts'
import { requireLifetime } from '../shapes/expiry.ts'
import type { CreatedKey, CreateKeyInput, CreateKeyOptions, ReplayedKey } from '../shapes/inputs.ts'
import { keyFromRecord } from '../shapes/key.ts'
import { type Idempotency, idempotencyOf, replayed } from './idempotency.ts'
import { accountTurn, type Ownership, ownerForNewKey, ownershipOf, requireWithin } from './ownership.ts'
import { type NewSecret, newSecret } from './new-secret.ts'

/** Makes keys. */
export type Create = (
  actor: Actor,
  input: CreateKeyInput,
  options: CreateKeyOptions | undefined,
) => Promise<CreatedKey | ReplayedKey>

// A random id is taken already once in 10^28 times; a service account may be changed by another process a few times.
const attempts = 20

/** The input, with what depends on the actor settled. */
type SettledCreate = CheckedCreate & { readonly owner: Owner; readonly expiresAt: number | null }

/** Makes the maker of keys. */
export function createKeys(parts: ManagerParts): Create {
  const { clock, events, generate, inTurn, policy } = parts

  const commitNew = async (
    actor: Actor,
    checked: SettledCreate,
    idempotency: Idempotency | undefined,
  ): Promise<CreatedKey | ReplayedKey> => {
    let secret: NewSecret | undefined
    let isIdTaken = false
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const ownership = await ownershipOf(parts, actor.workspaceId, checked.owner)
      const permissions = grantsFor(actor, ownership, checked.permissions, parts)
      if (secret === undefined && idempotency !== undefined) {
        const earlier = await idempotency.earlier(parts)
        if (earlier !== undefined) return replayed(parts, actor, idempotency, earlier)
      }
      secret ??= await newSecret(parts, actor.workspaceId, checked.environment, generate.id(), 1)
      const record = newRecord(actor, checked, permissions, secret)
      const writes: readonly Write[] = [
        { type: 'key', record, expectedRevision: 0 },
        ...ownership.besides,
        ...(idempotency === undefined ? [] : [idempotency.write(record)]),
      ]
      const commit = commitFor(parts, actor, {
        writes,
        activity: [
          activityEntry(
            generate.id(),
            record.createdAt,
            actor,
            'key.created',
            { type: 'key', id: record.id },
            {
              before: null,
              after: firstFacts(keyFacts(record, record.createdAt)),
            },
          ),
        ],
        announcements: [{ type: 'key', id: record.id }],
      })
      const result = await commit.catch(async (error: unknown) => {
        if (await isStored(parts.store, record)) return { ok: true } as const
        throw error
      })
      if (result.ok) {
        const key = keyFromRecord(record, policy, record.createdAt)
        events.key('key.created', actor, key)
        return { key, token: secret.token, replayed: false }
      }
      const lostTo = writes[result.write]?.type
      if (lostTo === 'idempotency' && idempotency !== undefined) {
        return replayed(parts, actor, idempotency, result.current)
      }
      isIdTaken = lostTo === 'key'
      if (isIdTaken) secret = undefined
    }
    throw new ConflictError(
      isIdTaken
        ? 'The id drawn for this key was taken every time. Is the random source random?'
        : 'The service account that is to own the key was busy every time. Try again.',
    )
  }

  return async (actor, input, options) => {
    demand(actor, 'create')
    const now = clock.now()
    const checked = parseCreate(input, parts, now)
    const owner = ownerForNewKey(actor, checked.owner)
    requireEnvironment(actor, checked.environment)
    const expiresAt = checked.expiresAt === undefined ? endOf(actor) : checked.expiresAt
    requireLifetime(expiresAt, now, policy.maxLifetimeMs)
    requireEnd(actor, expiresAt)
    if (checked.permissions !== undefined) requireGrants(actor, checked.permissions, parts.permissions)
    const idempotency = idempotencyOf(actor, checked, options, now, parts.freeText.mask)
    const make = (): Promise<CreatedKey | ReplayedKey> =>
      commitNew(actor, { ...checked, owner, expiresAt }, idempotency)
    const work = owner.type === 'service' ? () => inTurn(accountTurn(actor.workspaceId, owner.id), make) : make
    return idempotency === undefined ? work() : inTurn(idempotency.turn, work)
  }
}

/** What the new key is granted: as asked for, or the defaults as far as actor and owner hold them. */
function grantsFor(
  actor: Actor,
  ownership: Ownership,
  wanted: readonly string[] | undefined,
  { permissions, defaultPermissions }: Pick<ManagerParts, 'permissions' | 'defaultPermissions'>,
): readonly string[] {
  if (wanted !== undefined) {
    requireWithin(ownership, wanted, permissions)
    return wanted
  }
  const held = grantSet(actor.permissions)
  const isHeld = (name: string): boolean => held.covers(name) && ownership.ceiling?.covers(name) !== false
  return defaultPermissions.filter(isHeld).sort()
}

function newRecord(
  actor: Actor,
  { name, description, environment, owner, metadata, expiresAt }: SettledCreate,
  permissions: readonly string[],
  { id, record }: NewSecret,
): KeyRecord {
  return {
    id,
    workspaceId: actor.workspaceId,
    revision: 1,
    name,
    description,
    environment,
    permissions,
    owner,
    createdBy: { type: actor.type, id: actor.id },
    metadata,
    secrets: [record],
    createdAt: record.createdAt,
    updatedAt: record.createdAt,
    expiresAt,
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
    ownerGoneAt: null,
    lastUsedAt: null,
  }
}
