import type { ApiKey, Keyring } from '@claviger/core'
import { createHttpAuth, type HttpAuthOptions } from '@claviger/core/http'
import type { Context, Middleware } from 'koa'
import { middleware } from './middleware.ts'

/** What `apiKeyAuth` takes. `onDenied` gets Koa's context besides the denial: set `ctx.body` to answer. */
export type ApiKeyAuthOptions = HttpAuthOptions<Context>

/** Authentication and guards for one keyring. Each call makes a middleware. */
export interface ApiKeyAuth<Permission extends string = string> {
  /**
   * Lets requests with a valid key pass and puts it on `ctx.state.apiKey`; answers others with 400, 401, 403 or 503.
   * A second one on the same request goes by the verdict of the first.
   *
   * @param overrides options for this middleware only
   * @throws {ConfigurationError} when an option is wrong
   */
  authenticate(overrides?: ApiKeyAuthOptions): Middleware
  /** 403 unless the key holds every one of these now. @throws {ConfigurationError} for none or an undeclared name */
  require(...permissions: readonly [Permission, ...Permission[]]): Middleware
  /** 403 unless the key holds at least one of these now. @throws {ConfigurationError} for none or an undeclared name */
  requireAny(...permissions: readonly [Permission, ...Permission[]]): Middleware
  /**
   * 401 unless the key belongs to the workspace that the selector reads off the context. A selector that throws or
   * gives anything but a text that is not empty answers 500.
   *
   * @example router.get('/ws/:ws/prompts', auth.workspace((ctx) => ctx.params.ws), list)
   */
  workspace(selector: (ctx: Context) => unknown): Middleware
  /** 403 unless the key is of one of these environments. @throws {ConfigurationError} for none or an undeclared name */
  environment(...names: readonly [string, ...string[]]): Middleware
  /** 403 unless the test gives `true`. Anything but `true` and `false`, thrown or returned, answers 500. */
  check(test: (apiKey: ApiKey, ctx: Context) => boolean | Promise<boolean>): Middleware
}

/**
 * API-key authentication for Koa.
 *
 * @example
 * const auth = apiKeyAuth(keyring)
 * app.use(auth.authenticate())
 * router.get('/v1/prompts', auth.require('prompts:read'), listPrompts)
 *
 * @param keyring from `createKeyring`
 * @throws {ConfigurationError} when the keyring is none or an option is wrong
 */
export function apiKeyAuth<Permission extends string>(
  keyring: Keyring<Permission>,
  options: ApiKeyAuthOptions = {},
): ApiKeyAuth<Permission> {
  const auth = createHttpAuth<Context, Context, Permission>(keyring, options)
  return {
    authenticate: (overrides) => middleware('apiKeyAuthenticate', auth.authenticate(overrides)),
    require: (...permissions) => middleware('apiKeyRequire', auth.require(...permissions)),
    requireAny: (...permissions) => middleware('apiKeyRequireAny', auth.requireAny(...permissions)),
    workspace: (selector) => middleware('apiKeyWorkspace', auth.workspace(selector)),
    environment: (...names) => middleware('apiKeyEnvironment', auth.environment(...names)),
    check: (test) => middleware('apiKeyCheck', auth.check(test)),
  }
}
