import { field, isFalse, json } from './field.ts'
import type { Product } from './product.types.ts'

/** The table `keys` of Unkey: `hash` holds the SHA-256 of the whole key in base64, `start` the first characters. */
export const unkey: Product = {
  table: 'keys',
  describe: (row) => ({
    tokenSha256: field(row, 'hash'),
    id: field(row, 'id', 'keyId'),
    name: field(row, 'name'),
    permissions: json(field(row, 'permissions')),
    ownerId: field(row, 'externalId', 'external_id', 'ownerId', 'owner_id', 'identityId', 'identity_id'),
    hint: field(row, 'start'),
    // 0 in rows from before the column.
    createdAt: field(row, 'createdAt') || field(row, 'created_at_m') || field(row, 'created_at'),
    lastUsedAt: field(row, 'lastUsedAt', 'last_used_at'),
    expiresAt: field(row, 'expires'),
    metadata: json(field(row, 'meta')),
    environment: field(row, 'environment'),
    ended:
      field(row, 'deletedAt', 'deleted_at_m', 'deleted_at') !== undefined
        ? 'deleted'
        : isFalse(field(row, 'enabled'))
          ? 'disabled'
          : undefined,
  }),
}
