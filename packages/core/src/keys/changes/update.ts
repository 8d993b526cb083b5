import { isWider, narrowedAddresses } from '../../addresses/address-list.ts'
import { parseAddressList } from '../../addresses/parse-list.ts'
import { ConflictError, ForbiddenError } from '../../errors/errors.ts'
import { isSameSelection, narrowedSelection, type Selection } from '../../restrictions/selection.ts'
import { restated } from '../../restrictions/restated.ts'
import { bare, isPlain } from '../../input/plain-fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord, Owner } from '../../store/records.ts'
import { requireAddresses, requireEnd, requireReach } from '../rules/ceiling.ts'
import { handedOut, reachOf } from '../rules/handed-out.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { requireAlive } from '../rules/require-alive.ts'
import { demand } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'
import { grantList, ownFields, parseGrants } from '../shapes/checks.ts'
import { requireLifetime, wantedEnd } from '../shapes/expiry.ts'
import type { ChangeOptions, UpdateKeyInput } from '../shapes/inputs.ts'
import type { ManagedKey } from '../shapes/key.ts'
import { parseSelection } from '../shapes/resources.ts'
import type { KeyChanges } from './key-kind.ts'
import { narrowedGrants } from './narrowed-grants.ts'
import { type LookUpOwner, type Ownership, requireWithin, unboundedUser } from './ownership.ts'
import type { ChangedRecord } from './record-kind.types.ts'
import { parseRevision, requireRevision } from './revision.ts'
import { detailOf } from './withdraw-record.ts'

const fields: readonly (keyof UpdateKeyInput)[] = [
  'name',
  'description',
  'permissions',
  'resources',
  'expiresAt',
  'expiresIn',
  'metadata',
  'allowedAddresses',
]

/** What updating is made of. */
export interface UpdateParts {
  readonly keys: Pick<KeyChanges, 'change' | 'changeOrNarrow' | 'withdraw' | 'overrule'>
  readonly rules: Pick<KeyRules, 'permissions' | 'resources' | 'policy' | 'freeText'>
  readonly lookUpOwner: LookUpOwner
  readonly clock: Clock
}

/** Changes what may be changed of a key. */
export async function updateKey(
  { keys, rules, lookUpOwner, clock }: UpdateParts,
  actor: Actor,
  id: string,
  given: UpdateKeyInput,
  options: ChangeOptions,
): Promise<ManagedKey> {
  demand(actor, 'update')
  const input = ownFields<UpdateKeyInput>('update', given, fields)
  const expected = parseRevision(options)
  const { permissions, policy, freeText } = rules
  const end = wantedEnd(input, clock.now())
  const wanted = input.permissions === undefined ? undefined : grantList(input.permissions)
  // Any type for now: what the key is limited by already may stay. Judged with the key.
  const wantedTypes = isPlain(input.resources) ? Object.keys(input.resources) : []
  const selection = input.resources === undefined ? undefined : parseSelection(input.resources, wantedTypes, freeText)
  const addresses =
    input.allowedAddresses === undefined ? undefined : parseAddressList('allowedAddresses', input.allowedAddresses)
  const patch: Partial<KeyRecord> = {
    ...(input.name !== undefined && { name: freeText.name(input.name) }),
    ...(input.description !== undefined && { description: freeText.description(input.description) }),
    ...(end !== undefined && { expiresAt: end }),
    ...(input.metadata !== undefined && { metadata: freeText.metadata(input.metadata) }),
    ...(addresses !== undefined && { allowedAddresses: addresses }),
  }
  const limits = bare<Limits>({
    ...(wanted !== undefined && { permissions: wanted }),
    ...(selection !== undefined && { resources: selection }),
    ...(end !== undefined && { expiresAt: end }),
    ...(addresses !== undefined && { allowedAddresses: addresses }),
  })

  const resourcesOf = (before: KeyRecord): Selection => {
    if (selection === undefined || isSameSelection(selection, before.resources)) return before.resources
    return parseSelection(input.resources, rules.resources, freeText, Object.keys(before.resources))
  }

  const patched = (before: KeyRecord, now: number, owner: KnownOwner): ChangedRecord<KeyRecord> | undefined => {
    requireRevision(before, expected)
    requireAlive(before, now)
    const grants = wanted === undefined ? before.permissions : parseGrants(wanted, permissions, before.permissions)
    const record = restated({ ...before, ...patch, permissions: grants, resources: resourcesOf(before) })
    if (isSame(before, record)) return undefined
    if (end !== undefined && end !== before.expiresAt) {
      requireLifetime(end, before.secrets[0].createdAt, policy.maxLifetimeMs)
    }
    const more = handedOut(before, record)
    const reachesMore = endsLater(before, record) || isWider(record.allowedAddresses, before.allowedAddresses)
    // A key that acts is no exception here: it would outlive its own end, or leave its own addresses.
    const granted = reachesMore ? reachOf(record) : more
    if (granted !== undefined) {
      requireReach(actor, granted, permissions)
      requireEnd(actor, record.expiresAt)
      requireAddresses(actor, record.allowedAddresses)
    }
    if (more !== undefined) requireWithin(requireOwnership(owner, before.owner), more, permissions)
    return { record }
  }

  const decide = async (before: KeyRecord, now: number): Promise<ChangedRecord<KeyRecord> | undefined> =>
    patched(before, now, await ownerFor(lookUpOwner, before, limits))

  // A caller that names a revision asks to lose against an earlier writer.
  if (expected !== undefined || Object.keys(limits).length === 0) {
    return keys.change(actor, id, 'key.updated', decide)
  }

  let owner: KnownOwner
  const narrow = (): Promise<ManagedKey> =>
    keys.withdraw(actor, {
      id,
      action: 'key.updated',
      urgency: 'withdrawal',
      detail: detailOf([limits.permissions, limits.expiresAt, limits.resources, limits.allowedAddresses]),
      decide(before, now, isCarriedOn) {
        if (!isCarriedOn) return patched(before, now, owner)
        // What it would have added is not retried: its caller is gone.
        requireAlive(before, now)
        const record = narrowed(before, limits)
        return isSame(before, record) ? undefined : { record }
      },
      meanwhile: (record) => narrowed(record, limits),
    })
  const takesAway = async (before: KeyRecord): Promise<boolean> => {
    if (isSame(before, narrowed(before, limits))) return false
    owner = await ownerFor(lookUpOwner, before, limits)
    return true
  }
  const key = await keys.changeOrNarrow(actor, id, 'key.updated', decide, { takesAway, narrow })
  keys.overrule(actor, 'key.updated', id)
  return key
}

/** What bounds a key, as far as the update changes it. */
type Limits = Partial<Pick<KeyRecord, 'permissions' | 'resources' | 'expiresAt' | 'allowedAddresses'>>

/** What is known of the owner, or why nothing is; undefined when it was not asked for. */
type KnownOwner = Ownership | ForbiddenError | undefined

/** What the owner holds, when the update adds permissions or resources. */
async function ownerFor(lookUpOwner: LookUpOwner, before: KeyRecord, limits: Limits): Promise<KnownOwner> {
  if (handedOut(before, { ...before, ...limits }) === undefined) return undefined
  return lookUpOwner(before.workspaceId, before.owner).catch((error: unknown) => {
    // That the owner is gone is the last of the reasons to refuse: it is thrown where the owner is demanded.
    if (error instanceof ForbiddenError) return error
    throw error
  })
}

/** A key with what new limits take away, and nothing of what it adds. */
function narrowed(record: KeyRecord, { permissions, resources, expiresAt, allowedAddresses = [] }: Limits): KeyRecord {
  const isSooner = typeof expiresAt === 'number' && (record.expiresAt === null || expiresAt < record.expiresAt)
  return restated({
    ...record,
    permissions: permissions === undefined ? record.permissions : narrowedGrants(record.permissions, permissions),
    resources: resources === undefined ? record.resources : narrowedSelection(record.resources, resources),
    expiresAt: isSooner ? expiresAt : record.expiresAt,
    allowedAddresses: narrowedAddresses(record.allowedAddresses, allowedAddresses),
  })
}

/** The owner's permissions were read before the key was locked, for the owner at that time. */
function requireOwnership(ownership: KnownOwner, { type, id }: Owner): Ownership {
  if (type === 'user') return unboundedUser({ type, id })
  if (ownership instanceof ForbiddenError) throw ownership
  if (ownership?.owner.type === type && ownership.owner.id === id) return ownership
  throw new ConflictError()
}

function endsLater(before: KeyRecord, after: KeyRecord): boolean {
  return before.expiresAt !== null && (after.expiresAt === null || after.expiresAt > before.expiresAt)
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
