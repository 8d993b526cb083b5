import type { ApiKey, Keyring } from '@claviger/core'
import { apiKeyIn, createHttpAuth, type ApiKeyAuth as HttpApiKeyAuth, type HttpAuthOptions } from '@claviger/core/http'
import type { Request } from 'express'
import { addresses } from './addresses.ts'
import type { OtherMiddleware } from './ask-other.ts'
import { type ApiKeyMiddleware, type DeniedContext, toMiddleware } from './middleware.ts'

/** Options of `apiKeyAuth`. */
export type ApiKeyAuthOptions = HttpAuthOptions<DeniedContext, Request>

/** What `apiKeyAuth` gives. */
export type ApiKeyAuth<Permission extends string = string, Resource extends string = string> = HttpApiKeyAuth<
  Permission,
  Request,
  ApiKeyMiddleware,
  DeniedContext,
  OtherMiddleware,
  Resource
>

/**
 * API-key authentication for Express.
 *
 * @example
 * const auth = apiKeyAuth(keyring)
 * app.use('/v1', auth.authenticate())
 * app.get('/v1/prompts', auth.require('prompts:read'), listPrompts)
 *
 * @param keyring from `createKeyring`
 * @param options for every `authenticate()` of this keyring, which can override them
 * @throws {ConfigurationError} when `keyring` is not from `createKeyring`, or an option is wrong
 */
export function apiKeyAuth<Permission extends string, Resource extends string>(
  keyring: Keyring<Permission, Resource>,
  options?: ApiKeyAuthOptions,
): ApiKeyAuth<Permission, Resource> {
  return createHttpAuth(keyring, options, toMiddleware, addresses)
}

/**
 * The key behind a guard: `req.apiKey`, typed as present.
 *
 * @example
 * app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
 *   res.json(promptsOf(apiKeyOf(req).workspaceId))
 * })
 *
 * @throws {ConfigurationError} when no `authenticate()` ran before, or it was optional and there is no key
 */
export function apiKeyOf(req: object): ApiKey {
  return apiKeyIn(req)
}
