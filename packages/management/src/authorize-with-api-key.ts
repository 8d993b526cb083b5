import { type Abilities, ForbiddenError, keyActor, type KeyActor, type Keyring, UnavailableError } from '@claviger/core'
import { createDecider } from '@claviger/core/http'
import { parseOptions } from '@claviger/core/store'
import { addressForDecider, type ClientAddress } from './machines/client-address.ts'
import type { HostRequest } from './web/host.ts'

/** Options of `authorizeWithApiKey`. */
export interface ApiKeyAuthorizerOptions<Permission extends string = string> {
  /** What a key must hold. Default `keys:manage`, without which it can manage nothing but itself. */
  readonly permission?: Permission | 'keys:manage' | undefined
  /** A header that may carry the bare token besides `Authorization`. */
  readonly header?: string | undefined
  /** What keys may do here, as for every actor. Default: everything with keys of their own owner. */
  readonly can?: Abilities | undefined
  /**
   * Gives the address of the client, such as Express's `({ native }) => native.ip`, for keys that work from some addresses
   * only. Default: not known, and such a key is refused.
   */
  readonly clientAddress?: ClientAddress | undefined
}

/**
 * An authorizer for programs that manage keys with a key: give it to `managementApi` or `introspection` as `authorize`. The
 * actor is the key itself, bounded by what it and its owner hold, by its environment and by its end, at each call.
 *
 * A key that is not good is no one (401); one without the permission is refused (403); an outage is 503.
 *
 * @throws {ConfigurationError} for something that is not a keyring, an undeclared permission or a wrong option
 */
export function authorizeWithApiKey<Permission extends string>(
  keyring: Keyring<Permission>,
  given?: ApiKeyAuthorizerOptions<Permission>,
): (asked: HostRequest) => Promise<KeyActor | null> {
  const options = parseOptions<ApiKeyAuthorizerOptions<Permission>>('authorizeWithApiKey', given, [
    'permission',
    'header',
    'can',
    'clientAddress',
  ])
  const { permission = 'keys:manage', header, can } = options
  const address = addressForDecider(options.clientAddress)
  const decide = createDecider(keyring as unknown as Keyring, {
    permissions: [permission],
    ...(header !== undefined && { header }),
    ...address.options,
  })

  return async (asked) => {
    const decision = await decide(address.about(asked.request, asked))
    if (decision.ok) return keyActor(decision.apiKey, can === undefined ? {} : { can })
    if (decision.status === 401 || decision.status === 400) return null
    if (decision.status === 403) throw new ForbiddenError('act', 'The key of this request may not use this API.')
    throw new UnavailableError('store', 'The key of this request could not be verified.')
  }
}
