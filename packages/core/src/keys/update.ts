import { ConflictError, ValidationError } from '../errors.ts'
import { grantSet } from '../permissions/match.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Actor } from './actor.ts'
import { demandEnd, demandGrants } from './ceiling.ts'
import { changeKey, demandAlive } from './change-key.ts'
import { checkedGrants, grantList, ownFields } from './checks.ts'
import { checkLifetime, wantedEnd } from './expiry.ts'
import type { ChangeOptions, UpdateKeyInput } from './inputs.ts'
import type { Key } from './key.ts'
import { demandWithin, ownershipOf } from './ownership.ts'
import type { ManagerParts } from './parts.ts'
import { demand } from './rights.ts'

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
  const input = ownFields('update', given, fields)
  const expected = checkedRevision(options)
  const { permissions, policy, clock, freeText } = parts
  const end = wantedEnd(input, clock.now())
  const wanted = input.permissions === undefined ? undefined : grantList(input.permissions)
  const patch: Partial<KeyRecord> = {
    ...(input.name !== undefined && { name: freeText.name(input.name) }),
    ...(input.description !== undefined && { description: freeText.description(input.description) }),
    ...(end !== undefined && { expiresAt: end }),
    ...(input.metadata !== undefined && { metadata: freeText.metadata(input.metadata) }),
  }
  return changeKey(parts, actor, id, 'key.updated', async (before, now) => {
    checkRevision(before, expected)
    demandAlive(before, now)
    const grants = wanted === undefined ? before.permissions : checkedGrants(wanted, permissions, before.permissions)
    const record = { ...before, ...patch, permissions: grants }
    if (isSame(before, record)) return undefined
    if (end !== undefined && end !== before.expiresAt) {
      checkLifetime(end, before.secrets[0].createdAt, policy.maxLifetimeMs)
    }
    const added = addedGrants(before, record)
    const isLonger = endsLater(before, record)
    // A key that acts is no exception here: it would outlive its own end.
    demandGrants(actor, isLonger ? record.permissions : added, permissions)
    if (isLonger || added.length > 0) demandEnd(actor, record.expiresAt)
    if (added.length > 0) {
      demandWithin(await ownershipOf(parts, actor.workspaceId, before.owner), added, permissions)
    }
    return { record }
  })
}

function addedGrants(before: KeyRecord, after: KeyRecord): readonly string[] {
  const held = grantSet(before.permissions)
  return after.permissions.filter((grant) => !held.covers(grant))
}

function endsLater(before: KeyRecord, after: KeyRecord): boolean {
  return before.expiresAt !== null && (after.expiresAt === null || after.expiresAt > before.expiresAt)
}

/** @throws {ConflictError} when the record is not the one the caller has seen */
export function checkRevision({ revision }: { readonly revision: number }, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return
  throw new ConflictError(`Expected revision ${expected}, but it is ${revision} by now. Read it again and decide anew.`)
}

/** Checks the options of a change. */
export function checkedRevision(options: ChangeOptions): number | undefined {
  const { revision } = ownFields('update', options, ['revision'])
  if (revision === undefined || (Number.isSafeInteger(revision) && revision >= 1)) return revision
  throw new ValidationError('revision', 'Expected revision to be the revision of the record as it was read.')
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
