import type { ApiKey } from '@claviger/core'

declare module 'koa' {
  interface DefaultState {
    /** The verified key; set by `auth.authenticate()`. Undefined after `optional` without a key. */
    apiKey?: ApiKey
  }
}
