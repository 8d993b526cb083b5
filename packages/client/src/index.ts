export {
  type AnyApiClientError,
  ApiClientError,
  ApiKeyError,
  type ClientErrorCode,
  type DenialFacts,
  DeniedError,
  InvalidKeyError,
  isApiClientError,
  PermissionDeniedError,
  RateLimitedError,
  RedirectRefusedError,
  type RedirectRefusal,
  RequestRefusedError,
  type RequestRefusal,
  SetupError,
  UnavailableError,
} from './errors/errors.ts'
export type { Problem } from './errors/problem.ts'
export { type ApiFetch, createFetch } from './fetch/create-fetch.ts'
export type { ExpiryNotice } from './fetch/expiry-notice.ts'
export type { FetchOptions } from './fetch/fetch-options.ts'
export type { RetryOptions } from './fetch/retry.ts'
export { apiKey } from './key/api-key.ts'
export { apiKeyFromEnv, type ApiKeyFromEnvOptions } from './key/api-key-from-env.ts'
export type { HiddenApiKey } from './key/hidden-key.ts'
export type { ApiKeyMistake, KeyForm } from './key/mistake.ts'
export type { ClientClock } from './runtime.ts'
