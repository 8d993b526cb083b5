import { ConflictError, ServiceAccountNotFoundError } from '../../errors/errors.ts'
import type { ServiceAccount as StoredAccount } from '../../store/records.ts'
import type { ProposedChange } from '../../writing/commits.ts'
import type { ManagerParts } from '../facade/parts.ts'
import { findServiceAccount } from '../reading/find.ts'
import { commitFor } from '../rules/acting.ts'
import {
  activityEntry,
  changedFacts,
  firstFacts,
  type ServiceAccountAction,
  serviceAccountFacts,
} from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { type ServiceAccount, serviceAccountFromRecord } from '../shapes/service-account.ts'

/** What becomes of an account; undefined when it is so already. Throws when it may not be. */
export type DecideAccount = (before: StoredAccount) => StoredAccount | undefined

// A key that is made for the account touches it: losing a few times is no fault.
const attempts = 50

/** Changes an account by comparing and setting. What takes trust away goes another way: `withdrawFromAccount`. */
export async function changeAccount(
  parts: ManagerParts,
  actor: Actor,
  id: string,
  action: ServiceAccountAction,
  decide: DecideAccount,
): Promise<ServiceAccount> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stored = await tryToChangeAccount(parts, actor, await existingAccount(parts, actor, id), action, decide)
    if (stored !== undefined) return stored
  }
  throw busyAccount()
}

/** One attempt of `changeAccount`, on the account as it was read. Undefined when another writer was first. */
export async function tryToChangeAccount(
  parts: ManagerParts,
  actor: Actor,
  before: StoredAccount,
  action: ServiceAccountAction,
  decide: DecideAccount,
): Promise<ServiceAccount | undefined> {
  const after = decide(before)
  if (after === undefined) return serviceAccountFromRecord(before)
  const next = { ...after, revision: before.revision + 1, updatedAt: parts.clock.now() }
  return putAccount(parts, actor, action, before, next)
}

/** When others were first at every attempt. */
export function busyAccount(): ConflictError {
  return new ConflictError('The service account was changed by others at the same time, several times in a row.')
}

/** Stores an account and reports it; undefined when another writer was first. */
export async function putAccount(
  parts: ManagerParts,
  actor: Actor,
  action: ServiceAccountAction,
  before: StoredAccount | undefined,
  after: StoredAccount,
): Promise<ServiceAccount | undefined> {
  const result = await commitFor(parts, actor, accountChange(parts, actor, action, before, after))
  if (!result.ok) return undefined
  const account = serviceAccountFromRecord(after)
  parts.events.serviceAccount(action, actor, account)
  return account
}

/** The change that stores an account in place of another, or of none, with its line in the log. */
export function accountChange(
  { generate }: Pick<ManagerParts, 'generate'>,
  actor: Actor,
  action: ServiceAccountAction,
  before: StoredAccount | undefined,
  after: StoredAccount,
): ProposedChange {
  const facts = serviceAccountFacts(after)
  const changed =
    before === undefined ? { before: null, after: firstFacts(facts) } : changedFacts(serviceAccountFacts(before), facts)
  const target = { type: 'serviceAccount', id: after.id } as const
  const owner = { type: 'service', id: after.id } as const
  const announcement = { type: 'owner', workspaceId: actor.workspaceId, owner } as const
  return {
    writes: [{ type: 'serviceAccount', record: after, expectedRevision: before?.revision ?? 0 }],
    activity: [activityEntry(generate.id(), after.updatedAt, actor, action, target, changed)],
    announcements: changesVerifications(before, after) ? [announcement] : [],
  }
}

/** Whether a verification on a key of the account may differ: a name decides nothing, and a new account has no keys. */
function changesVerifications(before: StoredAccount | undefined, after: StoredAccount): boolean {
  return (
    before !== undefined &&
    (before.deletedAt !== after.deletedAt || JSON.stringify(before.permissions) !== JSON.stringify(after.permissions))
  )
}

/** @throws {ServiceAccountNotFoundError} when the workspace has none of this id */
export async function existingAccount(parts: ManagerParts, actor: Actor, id: unknown): Promise<StoredAccount> {
  const account = isReference(id) ? await findServiceAccount(parts, actor.workspaceId, id) : undefined
  if (account === undefined) throw new ServiceAccountNotFoundError()
  return account
}

/** Whether a value has the form of an account's id. */
export function isReference(id: unknown): id is string {
  return typeof id === 'string' && id.length >= 1 && id.length <= 255
}
