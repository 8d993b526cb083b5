import { field, isFalse, json } from './field.ts'
import type { Product } from './product.types.ts'

/**
 * The table `apikey` of better-auth's api-key plugin. `key` holds the SHA-256 of the whole key in base64url, `permissions`
 * actions by resource as JSON, `start` the first characters.
 */
export const betterAuth: Product = {
  table: 'apikey',
  describe: (row) => ({
    tokenSha256: field(row, 'key'),
    id: field(row, 'id'),
    name: field(row, 'name'),
    permissions: json(field(row, 'permissions')),
    ownerId: field(row, 'referenceId', 'reference_id', 'userId', 'user_id'),
    hint: field(row, 'start', 'prefix'),
    createdAt: field(row, 'createdAt', 'created_at'),
    lastUsedAt: field(row, 'lastRequest', 'last_request'),
    expiresAt: field(row, 'expiresAt', 'expires_at'),
    metadata: json(field(row, 'metadata')),
    ended: isFalse(field(row, 'enabled')) ? 'disabled' : undefined,
  }),
}
