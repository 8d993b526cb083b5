/**
 * The same as `@claviger/koa`, without the declaration of `ctx.state.apiKey`: for applications that declare one of their
 * own. `@claviger/koa/augment` is that declaration alone.
 *
 * @module
 */
export {
  closeGracefully,
  type CloseOptions,
  type Denial,
  type EitherOptions,
  type ProblemDocument,
} from '@claviger/core/http'
export { type ApiKeyAuth, type ApiKeyAuthOptions, apiKeyAuth, apiKeyOf } from './api-key-auth.ts'
export type { FetchFunction, FetchHandler, Mountable, MountHost, MountOptions } from '@claviger/core/mount'
export { mount } from './mount.ts'
