import { createKeyring, definePermissions, hmacSha256, type Keyring } from '@claviger/core'
import { redisStore } from '@claviger/store-redis'
import type { Redis } from 'ioredis'

/** What a key of this API can be allowed to do. */
export type Permission = 'status:read' | 'keys:manage'

/** The keyring of one node. All nodes of a product use the same Redis, namespace and pepper. */
export function createNodeKeyring(redis: Redis, pepper: string): Keyring<Permission> {
  return createKeyring({
    prefix: 'acme',
    store: redisStore(redis, { namespace: 'multi-node-example' }),
    permissions: definePermissions({ status: ['read'] }),
    defaultPermissions: ['status:read'],
    owners: 'unbounded',
    // Hundreds of keys are made and used once: with argon2id, the default, that would be most of the waiting.
    hasher: hmacSha256({ pepper }),
  })
}
