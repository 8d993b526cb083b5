import { field, isFalse, json, rowOf } from './field.ts'
import type { Product } from './product.types.ts'

/**
 * The table `apikey` of keypal: `key_hash` holds the SHA-256 of the whole key in hex, `metadata` all else. What was hashed
 * with a salt, or with SHA-512, is refused as what it is: not the SHA-256 of a token.
 */
export const keypal: Product = {
  table: 'apikey',
  describe(row) {
    const about = rowOf(json(field(row, 'metadata')))
    return {
      tokenSha256: field(row, 'keyHash', 'key_hash'),
      id: field(row, 'id'),
      name: field(about, 'name'),
      permissions: field(about, 'scopes'),
      ownerId: field(about, 'ownerId'),
      createdAt: field(about, 'createdAt'),
      lastUsedAt: field(about, 'lastUsedAt'),
      expiresAt: field(about, 'expiresAt'),
      ended:
        field(about, 'revokedAt') !== undefined ? 'revoked' : isFalse(field(about, 'enabled')) ? 'disabled' : undefined,
    }
  },
}
