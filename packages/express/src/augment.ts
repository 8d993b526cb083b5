import type { ApiKey } from '@claviger/core'

declare global {
  // Express is extended by merging into its global namespace.
  // oxlint-disable-next-line typescript/no-namespace
  namespace Express {
    interface Request {
      /** The verified key; set by `auth.authenticate()`. Undefined after `optional` without a key. */
      apiKey?: ApiKey
    }
  }
}
