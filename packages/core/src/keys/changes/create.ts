import { ConflictError } from '../../errors/errors.ts'
import { grantSet } from '../../permissions/match.ts'
import { restated } from '../../restrictions/restated.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord, Owner } from '../../store/records.ts'
import { unrestricted } from '../../store/restrictions.ts'
import { usualAttempts } from '../../writing/attempts.ts'
import type { Commits } from '../../writing/commits.ts'
import type { Reading } from '../reading/reading.ts'
import {
  addressesOfActor,
  endOf,
  requireAddresses,
  requireEnd,
  requireEnvironment,
  requireGrants,
  requireResources,
} from '../rules/ceiling.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { ownFields } from '../shapes/checks.ts'
import { type CheckedCreate, parseCreate } from '../shapes/create-input.ts'
import { requireLifetime } from '../shapes/expiry.ts'
import type { CreatedKey, CreateKeyInput, CreateKeyOptions, ReplayedKey } from '../shapes/inputs.ts'
import { keyFromRecord } from '../shapes/key.ts'
import { creatingRequest, type Idempotency, idempotencyOf, replayedKeyId } from './idempotency.ts'
import type { KeyChanges } from './key-kind.ts'
import type { MakeSecret, NewSecret } from './new-secret.ts'
import { accountTurn, type LookUpOwner, type Ownership, ownerForNewKey, requireWithin } from './ownership.ts'
import type { Turns } from './turns.ts'

/** Makes keys. */
export type Create = (
  actor: Actor,
  input: CreateKeyInput,
  options: CreateKeyOptions | undefined,
) => Promise<CreatedKey | ReplayedKey>

/** The input, with what depends on the actor settled. */
type SettledCreate = CheckedCreate & {
  readonly owner: Owner
  readonly expiresAt: number | null
  readonly allowedAddresses: readonly string[]
}

/** What making keys is made of. */
export interface CreateParts {
  readonly keys: Pick<KeyChanges, 'add'>
  readonly reading: Pick<Reading, 'visibleKey'>
  readonly rules: Omit<KeyRules, 'grammar'>
  readonly lookUpOwner: LookUpOwner
  readonly makeSecret: MakeSecret
  readonly commits: Pick<Commits, 'commit'>
  readonly inTurn: Turns
  readonly newId: () => string
  readonly clock: Clock
}

/** Makes the maker of keys. */
export function createKeys(parts: CreateParts): Create {
  const { keys, reading, rules, lookUpOwner, makeSecret, commits, inTurn, newId, clock } = parts

  /** The answer to a call that was carried out before. The token cannot be shown again. */
  const replayed = async (
    actor: Actor,
    idempotency: Idempotency,
    stored: Parameters<typeof replayedKeyId>[1],
  ): Promise<ReplayedKey> => {
    const record = await reading.visibleKey(actor, replayedKeyId(idempotency, stored))
    return { key: keyFromRecord(record, rules.policy, clock.now()), token: null, replayed: true }
  }

  const commitNew = async (
    actor: Actor,
    checked: SettledCreate,
    idempotency: Idempotency | undefined,
  ): Promise<CreatedKey | ReplayedKey> => {
    let secret: NewSecret | undefined
    let isIdTaken = false
    // A random id is taken already once in 10^28 times; a service account may be changed by another process a few times.
    for (let attempt = 0; attempt < usualAttempts; attempt += 1) {
      const ownership = await lookUpOwner(actor.workspaceId, checked.owner)
      const permissions = grantsFor(actor, ownership, checked, rules)
      if (secret === undefined && idempotency !== undefined) {
        const earlier = await idempotency.earlier(commits, newId)
        if (earlier !== undefined) return replayed(actor, idempotency, earlier)
      }
      secret ??= await makeSecret(actor.workspaceId, checked.environment, newId(), 1)
      const record = newRecord(actor, checked, permissions, secret)
      const remembered = idempotency === undefined ? [] : [idempotency.write(record)]
      const added = await keys.add(actor, 'key.created', record, [...ownership.besides, ...remembered])
      if (added.ok) return { key: added.shown, token: secret.token, replayed: false }
      if (added.lostTo === 'idempotency' && idempotency !== undefined) {
        return replayed(actor, idempotency, added.current)
      }
      isIdTaken = added.lostTo === 'key'
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
    const checked = parseCreate(input, rules, now)
    const owner = ownerForNewKey(actor, checked.owner)
    requireEnvironment(actor, checked.environment)
    const expiresAt = checked.expiresAt === undefined ? endOf(actor) : checked.expiresAt
    requireLifetime(expiresAt, now, rules.policy.maxLifetimeMs)
    requireEnd(actor, expiresAt)
    const allowedAddresses = checked.allowedAddresses ?? addressesOfActor(actor)
    requireAddresses(actor, allowedAddresses)
    if (checked.permissions !== undefined) requireGrants(actor, checked.permissions, rules.permissions)
    requireResources(actor, checked.resources)
    const once = options === undefined ? undefined : parseOptions(options)
    const idempotency = idempotencyOf(actor, creatingRequest(checked), once, now, rules.freeText.mask)
    const make = (): Promise<CreatedKey | ReplayedKey> =>
      commitNew(actor, { ...checked, owner, expiresAt, allowedAddresses }, idempotency)
    const work = owner.type === 'service' ? () => inTurn(accountTurn(actor.workspaceId, owner.id), make) : make
    return idempotency === undefined ? work() : inTurn(idempotency.turn, work)
  }
}

/** An idempotency key, once options are given. */
function parseOptions(options: CreateKeyOptions): unknown {
  const { idempotencyKey } = ownFields<CreateKeyOptions>('create', options, ['idempotencyKey'])
  // Left out it would be a call that is not idempotent, by a slip.
  return idempotencyKey ?? null
}

/** What the new key is granted: as asked for, or the defaults as far as actor and owner hold them. */
function grantsFor(
  actor: Actor,
  ownership: Ownership,
  { permissions: wanted, resources }: Pick<CheckedCreate, 'permissions' | 'resources'>,
  { permissions, defaultPermissions }: Pick<KeyRules, 'permissions' | 'defaultPermissions'>,
): readonly string[] {
  requireWithin(ownership, { permissions: wanted ?? [], resources }, permissions)
  if (wanted !== undefined) return wanted
  const held = grantSet(actor.permissions)
  const isHeld = (name: string): boolean => held.covers(name) && ownership.ceiling?.covers(name) !== false
  return defaultPermissions.filter(isHeld).sort()
}

function newRecord(
  actor: Actor,
  { name, description, environment, resources, owner, metadata, expiresAt, allowedAddresses }: SettledCreate,
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
    ...restated({ ...unrestricted, resources, allowedAddresses }),
  }
}
