import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { type GrantSet, grantSet } from '../permissions/match.ts'
import type { KeyRecord, Owner, SecretRecord } from '../store/records.ts'
import { createShared } from './shared.ts'
import type { ApiKey, Refused, Requirement } from './verdict.ts'

/** Makes what handlers see of a key, and answers what it is good for. */
export interface ApiKeys {
  /** Frozen to the bottom: it is shared between requests. */
  make(record: KeyRecord, secret: SecretRecord, owner: GrantSet): ApiKey
  /** Whether this very object was made here: a copy stands for nothing. */
  isOurs(apiKey: ApiKey): boolean
  /** Undefined when the key is good for this. Workspace first: another tenant's route tells nothing else. */
  refusal(apiKey: ApiKey, requirement: Requirement): Refused | undefined
}

// Thousands of keys hold a few different lists of permissions, few workspaces, and an owner has more than one key.
const maxSharedLists = 1_000
const maxSharedOwners = 1_000
const maxSharedTexts = 1_000
const noMetadata: ApiKey['metadata'] = Object.freeze({})

/** Binds to the declared permissions: effective permissions are the declared names that key and owner both hold. */
export function createApiKeys(catalogue: PermissionCatalogue): ApiKeys {
  // What the key itself was granted; kept aside so that no handler sees or forges it.
  const grantedBy = new WeakMap<ApiKey, readonly string[]>()
  const sharedList = createShared<readonly string[]>(maxSharedLists)
  const sharedOwner = createShared<Owner>(maxSharedOwners)
  const sharedText = createShared<string>(maxSharedTexts)

  // The copy is as long as the list: what `filter` gives has room for seventeen.
  const listOf = (names: readonly string[]): readonly string[] =>
    sharedList(JSON.stringify(names), () => Object.freeze([...names]))

  const ownerOf = ({ owner: { type, id } }: KeyRecord): Owner =>
    sharedOwner(`${type} ${id}`, () => Object.freeze({ type, id }))

  const textOf = (text: string): string => sharedText(text, () => text)

  const permissionRefusal = (apiKey: ApiKey, required: readonly string[], any: boolean): Refused | undefined => {
    const granted = grantedBy.get(apiKey)
    const has = (permission: string): boolean => granted !== undefined && apiKey.permissions.includes(permission)
    if (any ? required.some(has) : required.every(has)) return undefined
    const missing = required.filter((permission) => !has(permission))
    const key = grantSet(granted)
    const keyHas = (permission: string): boolean => key.has(permission)
    const ownerIsShort = any ? missing.some(keyHas) : missing.every(keyHas)
    return {
      ok: false,
      code: ownerIsShort ? 'owner_lacks_permission' : 'insufficient_permission',
      keyId: apiKey.id,
      requiredPermissions: required,
    }
  }

  return {
    make(record, secret, owner) {
      const key = grantSet(record.permissions)
      const permissions = catalogue.names.filter((name) => key.has(name) && owner.has(name))
      const apiKey: ApiKey = {
        id: record.id,
        workspaceId: textOf(record.workspaceId),
        name: record.name,
        environment: textOf(record.environment),
        permissions: listOf(permissions),
        owner: ownerOf(record),
        secretVersion: secret.version,
        metadata: metadataOf(record),
        expiresAt: null,
        secretEndsAt: null,
      }
      showDate(apiKey, 'expiresAt', record.expiresAt)
      showDate(apiKey, 'secretEndsAt', secret.endsAt)
      grantedBy.set(apiKey, listOf(record.permissions))
      return Object.freeze(apiKey)
    },

    isOurs: (apiKey) => grantedBy.has(apiKey),

    refusal(apiKey, { workspaceId, environments, permissions, anyPermission }) {
      const keyId = apiKey.id
      if (workspaceId !== undefined && workspaceId !== apiKey.workspaceId) {
        return { ok: false, code: 'wrong_workspace', keyId }
      }
      if (environments !== undefined && !environments.includes(apiKey.environment)) {
        return { ok: false, code: 'wrong_environment', keyId }
      }
      return (
        (permissions && permissionRefusal(apiKey, permissions, false)) ??
        (anyPermission && permissionRefusal(apiKey, anyPermission, true))
      )
    },
  }
}

// Entry by entry: frozen copies by spread have a hidden class each, which weighs more than they do.
function metadataOf({ metadata }: KeyRecord): ApiKey['metadata'] {
  const entries = Object.entries(metadata)
  return entries.length === 0 ? noMetadata : Object.freeze(Object.fromEntries(entries))
}

// A Date can be changed even when frozen: each reader gets its own. Only where there is one, since an object with a
// getter of its own takes three times the memory.
function showDate(apiKey: ApiKey, name: 'expiresAt' | 'secretEndsAt', at: number | null): void {
  if (at !== null) Object.defineProperty(apiKey, name, { get: () => new Date(at), enumerable: true })
}
