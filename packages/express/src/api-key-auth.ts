import type { ApiKey, Keyring } from '@claviger/core'
import { createHttpAuth, type HttpAuthOptions } from '@claviger/core/http'
import type { Request } from 'express'
import { type ApiKeyMiddleware, type DeniedContext, middleware } from './middleware.ts'

/** What `apiKeyAuth` takes. */
export type ApiKeyAuthOptions = HttpAuthOptions<DeniedContext>

/** Authentication and guards for one keyring. Each call makes a middleware. */
export interface ApiKeyAuth<Permission extends string = string> {
  /**
   * Lets requests with a valid key pass and puts it on `req.apiKey`; answers others with 400, 401, 403 or 503.
   * A second one on the same request goes by the verdict of the first.
   *
   * @param overrides options for this middleware only
   * @throws {ConfigurationError} when an option is wrong
   */
  authenticate(overrides?: ApiKeyAuthOptions): ApiKeyMiddleware
  /** 403 unless the key holds every one of these now. @throws {ConfigurationError} for none or an undeclared name */
  require(...permissions: readonly [Permission, ...Permission[]]): ApiKeyMiddleware
  /** 403 unless the key holds at least one of these now. @throws {ConfigurationError} for none or an undeclared name */
  requireAny(...permissions: readonly [Permission, ...Permission[]]): ApiKeyMiddleware
  /**
   * 401 unless the key belongs to the workspace that the selector reads off the request. A selector that throws or
   * gives anything but a text that is not empty answers 500.
   *
   * @example app.get('/ws/:ws/prompts', auth.workspace((req) => req.params.ws), list)
   */
  workspace(selector: (req: Request) => unknown): ApiKeyMiddleware
  /** 403 unless the key is of one of these environments. @throws {ConfigurationError} for none or an undeclared name */
  environment(...names: readonly [string, ...string[]]): ApiKeyMiddleware
  /** 403 unless the test gives `true`. Anything but `true` and `false`, thrown or returned, answers 500. */
  check(test: (apiKey: ApiKey, req: Request) => boolean | Promise<boolean>): ApiKeyMiddleware
}

/**
 * API-key authentication for Express.
 *
 * @example
 * const auth = apiKeyAuth(keyring)
 * app.use('/v1', auth.authenticate())
 * app.get('/v1/prompts', auth.require('prompts:read'), listPrompts)
 *
 * @param keyring from `createKeyring`
 * @throws {ConfigurationError} when the keyring is none or an option is wrong
 */
export function apiKeyAuth<Permission extends string>(
  keyring: Keyring<Permission>,
  options: ApiKeyAuthOptions = {},
): ApiKeyAuth<Permission> {
  const auth = createHttpAuth<Request, DeniedContext, Permission>(keyring, options)
  return {
    authenticate: (overrides) => middleware('apiKeyAuthenticate', auth.authenticate(overrides)),
    require: (...permissions) => middleware('apiKeyRequire', auth.require(...permissions)),
    requireAny: (...permissions) => middleware('apiKeyRequireAny', auth.requireAny(...permissions)),
    workspace: (selector) => middleware('apiKeyWorkspace', auth.workspace(selector)),
    environment: (...names) => middleware('apiKeyEnvironment', auth.environment(...names)),
    check: (test) => middleware('apiKeyCheck', auth.check(test)),
  }
}
