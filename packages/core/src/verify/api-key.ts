import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import { type GrantSet, grantSet } from '../permissions/match.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'
import type { ApiKey, Refused, Requirement } from './verdict.ts'

/** Makes what handlers see of a key, and answers what it is good for. */
export interface ApiKeys {
  /** Frozen to the bottom: it is shared between requests. */
  make(record: KeyRecord, secret: SecretRecord, owner: GrantSet): ApiKey
  /** Undefined when the key is good for this. Workspace first: another tenant's route tells nothing else. */
  refusal(apiKey: ApiKey, requirement: Requirement): Refused | undefined
}

/** What the permissions of an `ApiKey` were made from; kept aside so that no handler sees or changes it. */
interface Held {
  readonly effective: readonly string[]
  readonly granted: readonly string[]
}

/** Binds to the declared permissions: effective permissions are the declared names that key and owner both hold. */
export function createApiKeys(catalogue: PermissionCatalogue): ApiKeys {
  const heldBy = new WeakMap<ApiKey, Held>()

  const permissionRefusal = (apiKey: ApiKey, required: readonly string[], any: boolean): Refused | undefined => {
    const held = heldBy.get(apiKey)
    const has = (permission: string): boolean => held?.effective.includes(permission) === true
    if (any ? required.some(has) : required.every(has)) return undefined
    const missing = required.filter((permission) => !has(permission))
    const key = grantSet(held?.granted)
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
      const { expiresAt } = record
      const { endsAt } = secret
      const apiKey: ApiKey = {
        id: record.id,
        workspaceId: record.workspaceId,
        name: record.name,
        environment: record.environment,
        permissions: Object.freeze(permissions),
        owner: Object.freeze({ ...record.owner }),
        secretVersion: secret.version,
        metadata: Object.freeze({ ...record.metadata }),
        expiresAt: null,
        secretEndsAt: null,
      }
      showDate(apiKey, 'expiresAt', expiresAt)
      showDate(apiKey, 'secretEndsAt', endsAt)
      heldBy.set(apiKey, { effective: permissions, granted: record.permissions })
      return Object.freeze(apiKey)
    },

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

// A Date can be changed even when frozen: each reader gets its own. Only where there is one, since an object with a
// getter of its own takes three times the memory.
function showDate(apiKey: ApiKey, name: 'expiresAt' | 'secretEndsAt', at: number | null): void {
  if (at !== null) Object.defineProperty(apiKey, name, { get: () => new Date(at), enumerable: true })
}
