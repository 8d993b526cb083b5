import type { ActorRef, ServiceAccountRecord as StoredAccount } from '../../store/records.ts'

/** A service account as its managers see it: an owner of keys that outlives people. A copy. */
export interface ServiceAccount {
  /** What `owner: { type: 'service', id }` names. */
  readonly id: string
  readonly workspaceId: string
  /** One more with each change, and with each key that is made for the account or transferred to it. */
  readonly revision: number
  readonly name: string
  readonly description: string | null
  /** The ceiling of its keys: a key can do what both it and its account hold. */
  readonly permissions: readonly string[]
  readonly createdBy: ActorRef
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Null while it is there. */
  readonly deletedAt: Date | null
}

/** Turns a stored account into what may be shown. */
export function serviceAccountFromRecord(account: StoredAccount): ServiceAccount {
  return {
    ...account,
    permissions: [...account.permissions],
    createdBy: { ...account.createdBy },
    createdAt: new Date(account.createdAt),
    updatedAt: new Date(account.updatedAt),
    deletedAt: account.deletedAt === null ? null : new Date(account.deletedAt),
  }
}
