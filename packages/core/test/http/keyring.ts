import { memoryStore } from '@claviger/store-memory'
import { hmacSha256 } from '../../src/hashing/hasher.ts'
import type { ApiKeyAuth } from '../../src/http/api-key-auth.ts'
import { type AuthStep, createHttpAuth } from '../../src/http/http-auth.ts'
import type { HttpAuthOptions } from '../../src/http/options.ts'
import type { HttpRequest } from '../../src/http/request.ts'
import { createKeyring } from '../../src/keyring.ts'
import type { Keyring } from '../../src/keyring.types.ts'
import { systemActor } from '../../src/keys/shapes/actor.ts'
import { definePermissions } from '../../src/permissions/catalogue.ts'

/** A keyring with one key, `docs:read` in `ws_acme`. */
export async function keyringWithKey(): Promise<{
  keyring: Keyring<'docs:read' | 'docs:write' | 'keys:manage'>
  token: string
  id: string
}> {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ docs: ['read', 'write'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'p'.repeat(32) }),
  })
  const { key, token } = await keyring.as(systemActor('ws_acme')).create({
    name: 'test',
    environment: 'production',
    permissions: ['docs:read'],
    owner: { type: 'user', id: 'ada' },
  })
  return { keyring, token, id: key.id }
}

/** A request with this `Authorization`. */
export function requestWith(value: string | undefined, more: Partial<HttpRequest> = {}): HttpRequest {
  const rawHeaders = value === undefined ? ['Host', 'x'] : ['Host', 'x', 'Authorization', value]
  return { method: 'GET', url: '/', rawHeaders, headers: {}, ...more }
}

/** Authentication and guards as steps, with no framework around them. */
export function stepsOf<Permission extends string>(
  keyring: Keyring<Permission>,
  options?: HttpAuthOptions<unknown>,
): ApiKeyAuth<Permission, unknown, AuthStep<unknown, unknown>, unknown> {
  return createHttpAuth(keyring, options, (step: AuthStep<unknown, unknown>) => step)
}
