import type { ApiKey, ManagedKey } from '@claviger/core'

/** A key, as it is shown to its holder. */
export interface SelfResource {
  readonly object: 'self'
  readonly id: string
  readonly name: string
  readonly workspaceId: string
  readonly environment: string
  readonly owner: { readonly type: 'user' | 'service'; readonly id: string }
  /** What it may do now, bounded by its owner. */
  readonly permissions: readonly string[]
  /** Which resources it reaches now, by type. Of a type that is absent: all. */
  readonly resources: Readonly<Record<string, readonly string[] | undefined>>
  /** Which secret was sent: one more after each rotation. */
  readonly secretVersion: number
  /** When the key expires; null for never. */
  readonly expiresAt: string | null
  /** When the secret that was sent stops because a rotation replaced it; null for the current one. */
  readonly secretEndsAt: string | null
}

/** A key that its holder has revoked. */
export interface RevokedSelfResource {
  readonly object: 'self'
  readonly id: string
  readonly status: 'revoked'
  readonly revokedAt: string | null
}

/** What a holder sees. The host's own notes, `metadata`, are not for them. */
export function selfOf(apiKey: ApiKey): SelfResource {
  const { id, name, workspaceId, environment, owner, permissions, resources, secretVersion, expiresAt, secretEndsAt } =
    apiKey
  return {
    object: 'self',
    id,
    name,
    workspaceId,
    environment,
    owner: { type: owner.type, id: owner.id },
    permissions,
    resources,
    secretVersion,
    expiresAt: expiresAt?.toISOString() ?? null,
    secretEndsAt: secretEndsAt?.toISOString() ?? null,
  }
}

/** What a holder sees of a key that has ended. */
export function revokedSelfOf({ id, revokedAt }: ManagedKey): RevokedSelfResource {
  return { object: 'self', id, status: 'revoked', revokedAt: revokedAt?.toISOString() ?? null }
}
