import { field, json } from './field.ts'
import type { Product } from './product.types.ts'

/**
 * The table `personal_access_tokens` of Laravel Sanctum: `token` holds the SHA-256, in hex, of what stands behind the bar in
 * `12|plaintext`. Tell `importedTokens.pattern` so with a group named `secret`.
 */
export const sanctum: Product = {
  table: 'personal_access_tokens',
  describe: (row) => ({
    tokenSha256: field(row, 'token'),
    id: field(row, 'id'),
    name: field(row, 'name'),
    permissions: json(field(row, 'abilities')),
    ownerId: field(row, 'tokenable_id'),
    hint: field(row, 'id') === undefined ? undefined : `${String(field(row, 'id'))}|`,
    createdAt: field(row, 'created_at'),
    lastUsedAt: field(row, 'last_used_at'),
    expiresAt: field(row, 'expires_at'),
  }),
}
