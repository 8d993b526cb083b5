/**
 * The same as `@claviger/express`, without the declaration of `req.apiKey`: for applications that declare one of their
 * own. `@claviger/express/augment` is that declaration alone.
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
export type { OtherMiddleware } from './ask-other.ts'
export type { ApiKeyMiddleware, DeniedContext, Next } from './middleware.ts'
export type {
  FetchFunction,
  FetchHandler,
  Mountable,
  MountHost,
  MountMiddleware,
  MountOptions,
} from '@claviger/core/mount'
export { mount } from './mount.ts'
