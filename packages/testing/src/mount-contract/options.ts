import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ContractServer } from '../http-contract/options.ts'
import type { ContractRunner } from '../store-contract/options.ts'

/** What the contract mounts: the handler that adapters take. */
export type MountedHandler = (
  request: Request,
  host: { readonly native: unknown; readonly originalUrl: string; readonly isBodyRebuilt?: boolean },
) => Response | Promise<Response>

/** Where the handler is mounted. */
export interface MountPlace {
  /** `/`, `/x`, `/x/`, or `/:ws/x` with one segment that is any. */
  readonly path: string
  /** A router that the mount lies in. */
  readonly inside?: string
}

/** What a harness serves. */
export interface MountApp {
  /** Goes to `mount` as it is. */
  readonly handler: MountedHandler
  readonly place: MountPlace
  /** Whether the host's parsers for JSON, forms and text stand before the mount. */
  readonly isParsed: boolean
  /** HTTP/2 without TLS, else HTTP/1.1. */
  readonly isHttp2: boolean
  /** A middleware of the host, before parsers and mount. */
  readonly before?: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>
  /** What the host answers when a request comes to a middleware behind the mount. */
  readonly behind: (res: ServerResponse) => void
}

/** What `mountContract` takes. */
export interface MountContractOptions {
  /** Names adapter and framework in the report. */
  readonly name: string
  /** Serves an app with the adapter under test. */
  serve(app: MountApp): Promise<ContractServer>
  readonly runner: ContractRunner
  /** Whether the host gives its handlers a parser's result as `req.body` and the like. Default true. */
  readonly hasParsers?: boolean
}
