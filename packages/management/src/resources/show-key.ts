import type { ActorRef, KeyUsage, ManagedKey, Owner } from '@claviger/core'
import type { KeyResource, NamedReference } from './key.ts'

/** What may be shown of a key besides itself. */
export interface KeyDetails {
  /** The name of an owner or actor, where it is known. */
  readonly nameOf?: NameOf | undefined
  /** Of the last 30 days. */
  readonly usage?: KeyUsage | null | undefined
  readonly effectivePermissions?: readonly string[] | null | undefined
}

/** The name of an owner or actor; null where no one knows it. */
export type NameOf = (who: ActorRef | Owner) => string | null

/** A key as the API sends it. Pure. */
export function showKey(
  key: ManagedKey,
  { nameOf = nameless, usage, effectivePermissions }: KeyDetails = {},
): KeyResource {
  const [current] = key.secrets
  const lastUse = new Map(usage?.secrets.map(({ version, lastUsedAt }) => [version, lastUsedAt]))
  return {
    object: 'apiKey',
    id: key.id,
    name: key.name,
    description: key.description,
    workspaceId: key.workspaceId,
    environment: key.environment,
    owner: named(key.owner, nameOf),
    createdBy: named(key.createdBy, nameOf),
    hint: key.hint,
    permissions: key.permissions,
    allowedAddresses: key.allowedAddresses,
    resources: key.resources,
    effectivePermissions: effectivePermissions ?? null,
    status: key.status,
    attention: key.attention,
    secrets: key.secrets.map(({ version, hint, createdAt, endsAt, imported }) => ({
      version,
      hint,
      createdAt: createdAt.toISOString(),
      lastUsedAt: isoOf(lastUse.get(version) ?? null),
      expiresAt: isoOf(endsAt),
      imported,
    })),
    imported: key.imported,
    createdAt: key.createdAt.toISOString(),
    updatedAt: key.updatedAt.toISOString(),
    rotatedAt: current !== undefined && current.version > 1 ? current.createdAt.toISOString() : null,
    rotationDueAt: isoOf(key.rotationDueAt),
    expiresAt: isoOf(key.expiresAt),
    disabledAt: isoOf(key.disabledAt),
    revokedAt: isoOf(key.revokedAt),
    revokedReason: key.revokedReason,
    ownerGoneAt: isoOf(key.ownerGoneAt),
    lastUsedAt: isoOf(key.lastUsedAt),
    requestCount30d: usage?.totals.requests ?? null,
    deniedCount30d: usage?.totals.denied ?? null,
    metadata: key.metadata,
    revision: key.revision,
  }
}

/** An instant as it is sent. */
export function isoOf(at: Date | null): string | null {
  return at === null ? null : at.toISOString()
}

/** Who it is, with the name people know. */
export function named<Type extends ActorRef['type']>(
  who: { readonly type: Type; readonly id: string },
  nameOf: NameOf,
): NamedReference<Type> {
  return { type: who.type, id: who.id, name: nameOf(who) }
}

const nameless: NameOf = () => null
