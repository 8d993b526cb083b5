import type { ApiKey } from '../verification/verification.ts'
import type { EitherOptions } from './either.ts'
import type { FailureLimitOptions, LimitOptions } from './limit-options.ts'
import type { HttpAuthOptions } from './options.ts'

/**
 * Authentication and guards for one keyring, as adapters give them to their users. Each call makes a middleware.
 *
 * `Host` is what your functions get of a request: Express's request, Koa's context. `Context` is what `onDenied` gets, and
 * `Other` is a middleware of your own.
 */
export interface ApiKeyAuth<
  Permission extends string,
  Host,
  Middleware,
  Context = Host,
  Other = Middleware,
  Resource extends string = string,
> {
  /**
   * Lets requests with a valid key pass and puts it where handlers look for it (`req.apiKey`, `ctx.state.apiKey`); answers
   * others with 400, 401, 403 or 503. A second one on the same request goes by what the first found.
   *
   * @param overrides options for this middleware only
   * @throws {ConfigurationError} when an option is wrong
   */
  authenticate(overrides?: HttpAuthOptions<Context, Host>): Middleware
  /**
   * In place of `authenticate()` where requests may be authenticated otherwise too: by a JWT, an OAuth token, a session.
   * What may be one of your keys, damaged ones included, is decided as by `authenticate()`, and `other` does not run. For
   * all other requests `other` runs, your own middleware: it may answer, fail, or let the request pass. Guards then go by
   * what `permissionsOf` and the selectors say about its principal; there is no `apiKey`, and nothing is counted. A second
   * `either` on the same request asks its own `other`, and guards behind it go by that.
   *
   * @example
   * app.use('/v1', auth.either(jwt, { permissionsOf: (req) => req.user.permissions })) // Express
   * app.use(auth.either(jwt, { permissionsOf: (ctx) => ctx.state.user.permissions })) // Koa
   *
   * @param other a middleware that lets only authenticated requests pass
   * @param options what its principal may do; without them, guards refuse it
   * @throws {ConfigurationError} when `other` is not a function, or an option is wrong
   */
  either(other: Other, options?: EitherOptions<Host>): Middleware
  /**
   * Passes when key *and* owner hold every one of these now; else 403. Mount `authenticate()` before: without it every
   * request gets 500.
   *
   * @example
   * app.get('/v1/prompts', auth.require('prompts:read'), list)
   *
   * @throws {ConfigurationError} for an empty list or an undeclared name
   */
  require(...permissions: readonly [Permission, ...Permission[]]): Middleware
  /**
   * Passes when key *and* owner hold at least one of these now; else 403. Mount `authenticate()` before.
   *
   * @example
   * app.get('/v1/search', auth.requireAny('prompts:read', 'context:download'), search)
   *
   * @throws {ConfigurationError} for an empty list or an undeclared name
   */
  requireAny(...permissions: readonly [Permission, ...Permission[]]): Middleware
  /**
   * 401 unless the key belongs to the workspace that the selector reads off the request. A selector that throws or
   * gives anything but a text that is not empty answers 500.
   *
   * @example
   * app.get('/ws/:ws/prompts', auth.workspace((req) => req.params.ws), list) // Express
   * router.get('/ws/:ws/prompts', auth.workspace((ctx) => ctx.params.ws), list) // Koa
   */
  workspace(selector: (host: Host) => unknown): Middleware
  /**
   * Passes when the key *and* its owner reach the resource of this type whose id the selector reads off the request;
   * else 403 `resource_not_allowed`. A selector that throws or gives anything but a text that is not empty answers 500.
   *
   * A key that is not limited reaches all, so this guard stands beside one that asks for a permission: alone, it is none
   * that `guarded` demands. What a route lists, it cannot see: filter that by `apiKey.resources`.
   *
   * @example
   * app.get('/projects/:id', auth.require('projects:read'), auth.resource('project', (req) => req.params.id), show) // Express
   * router.get('/projects/:id', auth.require('projects:read'), auth.resource('project', (ctx) => ctx.params.id), show) // Koa
   *
   * @throws {ConfigurationError} for a type that is not declared, or without a selector
   */
  resource(type: Resource, selector: (host: Host) => unknown): Middleware
  /**
   * Passes when the key is of one of these environments; else 403. The names are checked when the guard is made, not by the
   * compiler: the type of a keyring holds its permissions only.
   *
   * @example
   * app.post('/v1/orders', auth.environment('production'), order)
   *
   * @throws {ConfigurationError} for an empty list or an undeclared name
   */
  environment(...names: readonly [string, ...string[]]): Middleware
  /**
   * Passes when the test returns `true`, or a promise of it; `false` is 403 `insufficient_permission`. If it throws, or
   * returns anything else, the request gets 500.
   *
   * @example
   * app.get('/v1/export', auth.check((apiKey) => apiKey.owner.type === 'service'), exportAll)
   *
   * @param testOthers the same for those whom the other authenticator of `either` let pass; without it, 403
   */
  check(
    test: (apiKey: ApiKey, host: Host) => boolean | Promise<boolean>,
    testOthers?: (host: Host) => boolean | Promise<boolean>,
  ): Middleware
  /**
   * Limits the requests of a key, of an owner's keys, or of a workspace: 429 `rate_limited` with `Retry-After` once a limit
   * is used up. Mount it behind `authenticate()`. `RateLimit-Policy` and `RateLimit` tell clients what is left; of several
   * limits, of the tightest. A request that another guard refuses takes nothing; one whose client leaves, `HEAD` and
   * `OPTIONS` count like every other; one without a key, where it is optional, is not limited. It says nothing about what a
   * key may do, so it is no guard in the sense of `guarded`. A limiter that fails lets requests pass.
   *
   * @example
   * app.use('/v1', auth.limit({ limiter, by: 'key', rule: { requests: 600, per: '1m' } }))
   *
   * @throws {ConfigurationError} for a wrong option, or when another limit on this limiter has the same name
   */
  limit(limit: LimitOptions<Host>): Middleware
  /**
   * Limits failed authentications by client: once a client has had so many answers of 401, it gets 429 before any work is
   * done, whatever key it sends, until the window ends. Requests that succeed count nothing. Mount it before
   * `authenticate()`.
   *
   * @example
   * app.use('/v1', auth.limitFailures({ limiter, rule: { requests: 20, per: '10m' } }), auth.authenticate())
   *
   * @throws {ConfigurationError} for a wrong option, or when another limit on this limiter has the same name
   */
  limitFailures(limit: FailureLimitOptions<Host>): Middleware
}
