import type { ApiKey, Keyring } from '@claviger/core'
import { apiKeyIn, createHttpAuth, type ApiKeyAuth as HttpApiKeyAuth, type HttpAuthOptions } from '@claviger/core/http'
import type { Context, Middleware } from 'koa'
import { addresses } from './addresses.ts'
import { toMiddleware } from './middleware.ts'

/** Options of `apiKeyAuth`. `onDenied` gets Koa's context besides the denial: set `ctx.body` to answer. */
export type ApiKeyAuthOptions = HttpAuthOptions<Context>

/** What `apiKeyAuth` gives. */
export type ApiKeyAuth<Permission extends string = string, Resource extends string = string> = HttpApiKeyAuth<
  Permission,
  Context,
  Middleware,
  Context,
  Middleware,
  Resource
>

/**
 * API-key authentication for Koa.
 *
 * @example
 * const auth = apiKeyAuth(keyring)
 * app.use(auth.authenticate())
 * router.get('/v1/prompts', auth.require('prompts:read'), listPrompts)
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
 * The key behind a guard: `ctx.state.apiKey`, typed as present.
 *
 * @example
 * router.get('/v1/prompts', auth.require('prompts:read'), (ctx) => {
 *   ctx.body = promptsOf(apiKeyOf(ctx).workspaceId)
 * })
 *
 * @throws {ConfigurationError} when no `authenticate()` ran before, or it was optional and there is no key
 */
export function apiKeyOf(ctx: { readonly state: object }): ApiKey {
  return apiKeyIn(ctx.state)
}
