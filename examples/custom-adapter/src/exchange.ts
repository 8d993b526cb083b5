import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiKey } from '@claviger/core'

/** One request on its way through the framework. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** As it was sent: path and query. */
  readonly url: string
  /** The address of the client: what limits of failed authentications go by. */
  readonly ip: string | undefined
  /** The verified key. */
  apiKey?: ApiKey | undefined
}

/** A middleware of the framework: does its part, and calls `next` for the rest. */
export type Middleware = (exchange: Exchange, next: () => Promise<void>) => Promise<void>
