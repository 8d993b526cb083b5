import { createHash } from 'node:crypto'
import { ConflictError, ForbiddenError, isUnavailable, ValidationError } from '../../errors/errors.ts'
import { grantSet } from '../../permissions/match.ts'
import type { KeyRecord, Owner } from '../../store/records.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { findVisible } from '../reading/read-keys.ts'
import { requireEnd, requireGrants } from '../rules/ceiling.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { grantList, ownFields, parseGrants } from '../shapes/checks.ts'
import { requireLifetime, wantedEnd } from '../shapes/expiry.ts'
import type { ChangeOptions, UpdateKeyInput } from '../shapes/inputs.ts'
import type { Key } from '../shapes/key.ts'
import { type ChangedKey, changeKey, type Decide, requireAlive, tryToChangeKey } from './change-key.ts'
import { narrowedGrants } from './narrowed-grants.ts'
import { type Ownership, ownershipOf, requireWithin } from './ownership.ts'
import { withdrawFromKey } from './withdraw-from-key.ts'

const fields: readonly (keyof UpdateKeyInput)[] = [
  'name',
  'description',
  'permissions',
  'expiresAt',
  'expiresIn',
  'metadata',
]

/** Changes what may be changed of a key. */
export async function updateKey(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  given: UpdateKeyInput,
  options: ChangeOptions,
): Promise<Key> {
  demand(actor, 'update')
  const input = ownFields<UpdateKeyInput>('update', given, fields)
  const expected = parseRevision(options)
  const { permissions, policy, clock, freeText } = parts
  const end = wantedEnd(input, clock.now())
  const wanted = input.permissions === undefined ? undefined : grantList(input.permissions)
  const patch: Partial<KeyRecord> = {
    ...(input.name !== undefined && { name: freeText.name(input.name) }),
    ...(input.description !== undefined && { description: freeText.description(input.description) }),
    ...(end !== undefined && { expiresAt: end }),
    ...(input.metadata !== undefined && { metadata: freeText.metadata(input.metadata) }),
  }
  const limits: Limits = {
    ...(wanted !== undefined && { permissions: wanted }),
    ...(end !== undefined && { expiresAt: end }),
  }
  const decide: Decide = async (before, now) => {
    return patched(before, now, await ownershipFor(parts, actor, before, limits))
  }
  const patched = (
    before: KeyRecord,
    now: number,
    ownership: Ownership | ForbiddenError | undefined,
  ): ChangedKey | undefined => {
    requireRevision(before, expected)
    requireAlive(before, now)
    const grants = wanted === undefined ? before.permissions : parseGrants(wanted, permissions, before.permissions)
    const record = { ...before, ...patch, permissions: grants }
    if (isSame(before, record)) return undefined
    if (end !== undefined && end !== before.expiresAt) {
      requireLifetime(end, before.secrets[0].createdAt, policy.maxLifetimeMs)
    }
    const added = addedGrants(before, record)
    const isLonger = endsLater(before, record)
    // A key that acts is no exception here: it would outlive its own end.
    requireGrants(actor, isLonger ? record.permissions : added, permissions)
    if (isLonger || added.length > 0) requireEnd(actor, record.expiresAt)
    if (added.length > 0) requireWithin(requireOwnership(ownership, before.owner), added, permissions)
    return { record }
  }
  // A caller that names a revision asks to lose against an earlier writer.
  if (expected !== undefined || (wanted === undefined && end === undefined)) {
    return changeKey(parts, actor, id, 'key.updated', decide)
  }
  const key = await changeOrNarrow(parts, actor, id, limits, decide, patched)
  parts.withdrawals.overrule(actor, 'key.updated', id)
  return key
}

const attempts = 20

/** What takes nothing away from the key as it was read is a change like any other; what does must not lose. */
async function changeOrNarrow(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  limits: Limits,
  decide: Decide,
  patched: (
    before: KeyRecord,
    now: number,
    ownership: Ownership | ForbiddenError | undefined,
  ) => ChangedKey | undefined,
): Promise<Key> {
  let ownership: Ownership | ForbiddenError | undefined
  const narrow = (): Promise<Key> =>
    withdrawFromKey(parts, actor, {
      id,
      action: 'key.updated',
      urgency: 'withdrawal',
      detail: createHash('sha256')
        .update(JSON.stringify([limits.permissions, limits.expiresAt]))
        .digest('base64url'),
      decide(before, now, isCarriedOn) {
        if (!isCarriedOn) return patched(before, now, ownership)
        // What it would have added is not retried: its caller is gone.
        requireAlive(before, now)
        const record = narrowed(before, limits)
        return isSame(before, record) ? undefined : { record }
      },
      meanwhile: (record) => narrowed(record, limits),
    })
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await findVisible(parts, actor, id).catch((error: unknown) => {
      if (isUnavailable(error)) return undefined
      throw error
    })
    if (before === undefined) return narrow()
    if (!isSame(before, narrowed(before, limits))) {
      ownership = await ownershipFor(parts, actor, before, limits)
      return narrow()
    }
    const key = await tryToChangeKey(parts, actor, before, 'key.updated', decide)
    if (key !== undefined) return key
  }
  throw new ConflictError()
}

/** What bounds a key, as far as the update changes it. */
type Limits = Partial<Pick<KeyRecord, 'permissions' | 'expiresAt'>>

/** What the owner holds, when the update adds permissions. */
async function ownershipFor(
  parts: ManagerParts,
  actor: Actor,
  before: KeyRecord,
  limits: Limits,
): Promise<Ownership | ForbiddenError | undefined> {
  if (addedGrants(before, { ...before, ...limits }).length === 0) return undefined
  return ownershipOf(parts, actor.workspaceId, before.owner).catch((error: unknown) => {
    // That the owner is gone is the last of the reasons to refuse: it is thrown where the owner is demanded.
    if (error instanceof ForbiddenError) return error
    throw error
  })
}

/** A key with what new limits take away, and nothing of what it adds. */
function narrowed(record: KeyRecord, { permissions, expiresAt }: Limits): KeyRecord {
  const kept = permissions === undefined ? record.permissions : narrowedGrants(record.permissions, permissions)
  const isSooner = typeof expiresAt === 'number' && (record.expiresAt === null || expiresAt < record.expiresAt)
  return { ...record, permissions: kept, expiresAt: isSooner ? expiresAt : record.expiresAt }
}

/** The owner's permissions were read before the key was locked, for the owner at that time. */
function requireOwnership(ownership: Ownership | ForbiddenError | undefined, { type, id }: Owner): Ownership {
  if (type === 'user') return { owner: { type, id }, ceiling: undefined, besides: [] }
  if (ownership instanceof ForbiddenError) throw ownership
  if (ownership?.owner.type === type && ownership.owner.id === id) return ownership
  throw new ConflictError()
}

function addedGrants(before: KeyRecord, after: KeyRecord): readonly string[] {
  const held = grantSet(before.permissions)
  return after.permissions.filter((grant) => !held.covers(grant))
}

function endsLater(before: KeyRecord, after: KeyRecord): boolean {
  return before.expiresAt !== null && (after.expiresAt === null || after.expiresAt > before.expiresAt)
}

/** @throws {ConflictError} when the record is not the one the caller has seen */
export function requireRevision({ revision }: { readonly revision: number }, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return
  throw new ConflictError(
    `Expected revision ${expected}, but it is ${revision} by now. Read it again, then repeat the change.`,
  )
}

/** Checks the options of a change. */
export function parseRevision(options: ChangeOptions): number | undefined {
  const { revision } = ownFields<ChangeOptions>('update', options, ['revision'])
  if (revision === undefined || (Number.isSafeInteger(revision) && revision >= 1)) return revision
  throw new ValidationError('revision', 'Expected revision to be the revision of the record as it was read.')
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
