import type { Row } from '../rows/rows.types.ts'
import { field, isFalse, isTrue, json } from './field.ts'
import type { Described, Product } from './product.types.ts'

/** A table of your own, by the names that its columns are likely to have. */
export const csv: Product = {
  table: 'api_keys',
  describe(row) {
    const permissions = field(row, 'permissions', 'scopes', 'abilities')
    return {
      tokenSha256: field(row, 'tokenSha256', 'token_sha256', 'sha256', 'token_hash', 'key_hash', 'hash', 'digest'),
      id: field(row, 'id'),
      name: field(row, 'name', 'label', 'description'),
      permissions: json(permissions) ?? permissions,
      ownerId: field(row, 'owner', 'owner_id', 'ownerId', 'user_id', 'userId'),
      hint: field(row, 'hint', 'start', 'prefix', 'last4'),
      createdAt: field(row, 'createdAt', 'created_at'),
      lastUsedAt: field(row, 'lastUsedAt', 'last_used_at'),
      expiresAt: field(row, 'expiresAt', 'expires_at', 'expires', 'expiry', 'validUntil', 'valid_until'),
      metadata: json(field(row, 'metadata')),
      environment: field(row, 'environment', 'env'),
      ended: endedBy(row),
    }
  },
}

/** Why a row does not work any more, however the table says it: an instant, a yes or no, a word. */
function endedBy(row: Row): Described['ended'] {
  const given = field(row, 'status', 'state')
  const status = typeof given === 'string' ? given.trim().toLowerCase() : ''
  if (status === 'deleted' || isSaid(row, 'deleted')) return 'deleted'
  if (status === 'revoked' || isSaid(row, 'revoked')) return 'revoked'
  const isOff = isFalse(field(row, 'enabled', 'isEnabled', 'is_enabled', 'active', 'isActive', 'is_active'))
  return isOff || dead.has(status) || isSaid(row, 'disabled') ? 'disabled' : undefined
}

const dead: ReadonlySet<string> = new Set(['disabled', 'inactive', 'suspended', 'blocked', 'expired', 'archived'])

/** `revoked_at` with an instant, or `revoked` with a yes. */
function isSaid(row: Row, what: string): boolean {
  const capital = what.charAt(0).toUpperCase() + what.slice(1)
  return field(row, `${what}At`, `${what}_at`) !== undefined || isTrue(field(row, what, `is${capital}`, `is_${what}`))
}
