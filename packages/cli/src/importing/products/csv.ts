import { field, isFalse, json } from './field.ts'
import type { Product } from './product.types.ts'

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
      expiresAt: field(row, 'expiresAt', 'expires_at'),
      metadata: json(field(row, 'metadata')),
      environment: field(row, 'environment', 'env'),
      ended:
        field(row, 'revokedAt', 'revoked_at', 'deleted_at') !== undefined
          ? 'revoked'
          : isFalse(field(row, 'enabled', 'active'))
            ? 'disabled'
            : undefined,
    }
  },
}
