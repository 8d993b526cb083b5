import { createHash, randomBytes, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { apiKey } from '@better-auth/api-key'
import type { BetterAuthOptions } from '@better-auth/core'
import { createHash as betterAuthHash } from '@better-auth/utils/hash'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { APIError } from 'better-call'

/** A row as a product has written it, and the token that its client sends. */
export interface Issued {
  readonly token: string
  readonly row: Record<string, unknown>
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function random(length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(62))).join('')
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** better-auth itself, with its plugin, on its memory adapter. */
export async function fromBetterAuth(count: number): Promise<readonly Issued[]> {
  const database: Record<string, Record<string, unknown>[]> = {
    user: [],
    session: [],
    account: [],
    verification: [],
    apikey: [],
  }
  const options = {
    secret: randomBytes(32).toString('hex'),
    baseURL: 'http://127.0.0.1',
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    plugins: [apiKey({ enableMetadata: true, defaultPrefix: 'ba_' })],
    telemetry: { enabled: false },
  } satisfies BetterAuthOptions
  const auth = betterAuth(options)
  const { user } = await auth.api.signUpEmail({
    body: { email: 'ada@example.com', password: 'a long password', name: 'Ada' },
  })
  const issued: Issued[] = []
  for (let index = 0; index < count; index += 1) {
    const made = await auth.api.createApiKey({
      body: {
        userId: user.id,
        name: `key ${index}`,
        permissions: { prompts: ['read', 'list'] },
        metadata: { plan: 'gold' },
        expiresIn: 30 * 86_400,
      },
    })
    const row = database['apikey']?.find(({ id }) => id === made.id)
    if (row === undefined) throw new Error('better-auth stored no row')
    const digest = await betterAuthHash('SHA-256').digest(new TextEncoder().encode(made.key))
    if (row['key'] !== Buffer.from(digest).toString('base64url'))
      throw new Error('better-auth hashes keys otherwise by now')
    issued.push({ token: made.key, row: { ...row } })
  }
  // What it does not know it refuses by itself: the rows are those of a plugin that works.
  const refused = await auth.api
    .getApiKey({ query: { id: 'none' }, headers: new Headers() })
    .catch((error: unknown) => error)
  if (!(refused instanceof APIError)) throw new Error('better-auth did not refuse an unknown key')
  return issued
}

/*
 * keypal cannot be installed: it is not on the registry of npm. What its published `hashKey` gives stands below, and its public
 * sources (izadoesdev/keypal, 0.1.0) say the rest: a key
 * is its prefix and 32 characters of base62 (src/core/generate.ts); `key_hash` is the SHA-256 of all of it, and of a salt behind
 * it if there is one, in hex (src/core/hash.ts); `metadata` is one JSON column with ownerId, name, scopes, expiresAt, createdAt,
 * lastUsedAt, enabled, revokedAt (src/drizzle/schema.ts, src/types/api-key-types.ts).
 */
export const hashedByKeypal = {
  token: 'sk_Jq7mXbT2vLr9KdWc4HnZs8YfPg3RuEa6',
  plain: '7a4d9ee1d6b1347485033b6da310dadb3b42c124b8a67fc48413c8a60216ef8e',
  // With the salt "pepper".
  salted: '6d5e5adf79a3d36bd8b8d90754fe744afd47cecd72d0fe6f31e36f898654044b',
}

/** A row of keypal, and its token. */
export function fromKeypal(more: Record<string, unknown> = {}, salt = '', token = `sk_${random(32)}`): Issued {
  const metadata = {
    ownerId: 'ada',
    name: 'keypal key',
    scopes: ['read', 'prompts:write'],
    createdAt: '2025-03-04T05:06:07.890Z',
    expiresAt: null,
    enabled: true,
    revokedAt: null,
    ...more,
  }
  return { token, row: { id: random(21), key_hash: sha256(token + salt).toString('hex'), metadata } }
}

/*
 * Unkey is a service. Compared with its public sources (unkeyed/unkey): a key is its prefix, `_`, and base58 of 16 random bytes
 * (internal/services/keys/create.go), which its older service in TypeScript began with a version and the length
 * (internal/keys/src/v1.ts); `hash` is the SHA-256 of all of it, in base64 with padding; `start` is the prefix and four characters.
 * In the table `keys` (internal/db/src/schema/keys.ts), `created_at_m` and `deleted_at_m` are epoch milliseconds, and
 * `created_at_m` is 0 in rows from before that column, which have `created_at`; `expires` is a datetime with milliseconds, and a
 * number in answers of its API, as are `permissions` and the external id.
 */
export function fromUnkey(more: Record<string, unknown> = {}, versioned = false): Issued {
  const bytes = randomBytes(16)
  const token = `unk_${base58(versioned ? Buffer.concat([Buffer.from([1, 16]), bytes]) : bytes)}`
  return {
    token,
    row: {
      id: `key_${random(20)}`,
      hash: sha256(token).toString('base64'),
      start: token.slice(0, 8),
      name: 'unkey key',
      owner_id: 'ada',
      meta: '{"plan":"gold"}',
      permissions: ['prompts:read'],
      created_at_m: 1_741_000_000_000,
      expires: null,
      enabled: 1,
      deleted_at_m: null,
      ...more,
    },
  }
}

function base58(bytes: Uint8Array): string {
  const digits = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  let text = ''
  for (let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`); rest > 0n; rest /= 58n) {
    text = digits.charAt(Number(rest % 58n)) + text
  }
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros < 0 ? bytes.length : zeros) + text
}

/*
 * Laravel Sanctum is PHP. Compared with its public sources (laravel/sanctum 4: HasApiTokens.php, PersonalAccessToken.php and the
 * migration of the table): the client gets `<id>|<plaintext>`, `token` is the SHA-256 of
 * the plaintext alone, in hex. Since version 3.3 the plaintext is an optional prefix, 40 random characters, and the CRC-32 of
 * those 40 in hex; before, it was the 40 characters.
 */
export function fromSanctum(id: number, { prefix = '', checked = true } = {}): Issued {
  const entropy = random(40)
  const plaintext = prefix + entropy + (checked ? crc32(entropy).toString(16).padStart(8, '0') : '')
  return {
    token: `${id}|${plaintext}`,
    row: {
      id,
      tokenable_type: 'App\\Models\\User',
      tokenable_id: 'ada',
      name: 'sanctum token',
      token: sha256(plaintext).toString('hex'),
      abilities: '["prompts:read"]',
      last_used_at: '2025-03-05 06:07:08',
      expires_at: null,
      created_at: '2025-03-04 05:06:07',
      updated_at: '2025-03-05 06:07:08',
    },
  }
}

/** A table that a team made itself, with digests in hex or base64. */
export function fromOwnTable(encoding: 'hex' | 'base64'): Issued {
  const token = `own_${randomBytes(24).toString('hex')}`
  return {
    token,
    row: {
      id: random(8),
      token_hash: sha256(token).toString(encoding),
      name: 'own "quoted", key',
      user_id: 'ada',
      scopes: 'prompts:read prompts:list',
      created_at: '2025-03-04 05:06:07+00',
      expires_at: '',
    },
  }
}
