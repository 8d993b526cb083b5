import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiKey, Keyring } from '@claviger/core'
import type { FailureLimitOptions, LimitOptions } from '@claviger/core/http'
import type { ContractRunner } from '../store-contract/options.ts'

/** The options of `apiKeyAuth` that the contract uses. */
export interface ContractAuthOptions {
  readonly header?: string
  readonly realm?: string
  readonly optional?: boolean
  readonly otherBearer?: 'refuse' | 'pass' | ((text: string) => boolean)
  readonly stripCredential?: boolean
  readonly verbose?: boolean
  readonly skipPreflight?: boolean
  readonly guarded?: boolean
  readonly clientAddress?: (host: ContractHost) => string | null | undefined
}

/** What a guard's function gets: Express's request, Koa's context. */
export interface ContractHost {
  readonly url?: string
  /** The address of the client. */
  readonly ip?: string | undefined
}

/** The options of `auth.either` that the contract uses. */
export interface ContractEitherOptions {
  readonly permissionsOf?: (host: ContractHost) => readonly string[] | null | Promise<readonly string[] | null>
  readonly workspace?: (host: ContractHost) => ContractSelected | Promise<ContractSelected>
  readonly environment?: (host: ContractHost) => ContractSelected | Promise<ContractSelected>
  readonly resources?: (host: ContractHost) => ContractReached | Promise<ContractReached>
}

/** What `resources` of `auth.either` returns. */
export type ContractReached = Readonly<Record<string, readonly string[]>> | null

/** What a selector of `auth.either` returns. */
export type ContractSelected = string | readonly string[] | null

/** What `apiKeyAuth` of an adapter gives back. `Middleware` is the framework's own. */
export interface ContractAuth<Middleware> {
  authenticate(overrides?: ContractAuthOptions): Middleware
  either(other: Middleware, options?: ContractEitherOptions): Middleware
  require(...permissions: readonly [string, ...string[]]): Middleware
  requireAny(...permissions: readonly [string, ...string[]]): Middleware
  workspace(selector: (host: ContractHost) => unknown): Middleware
  resource(type: string, selector: (host: ContractHost) => unknown): Middleware
  environment(...names: readonly [string, ...string[]]): Middleware
  check(
    test: (apiKey: ApiKey, host: ContractHost) => boolean | Promise<boolean>,
    testOthers?: (host: ContractHost) => boolean | Promise<boolean>,
  ): Middleware
  limit(limit: LimitOptions<ContractHost>): Middleware
  limitFailures(limit: FailureLimitOptions<ContractHost>): Middleware
}

/** What the contract builds its routes from. */
export interface ContractKit<Middleware> {
  /** The adapter under test, with the app's keyring and options. */
  readonly auth: ContractAuth<Middleware>
  /** A middleware of the application: does this with Node's own objects, waits for it, and goes on. */
  use(work: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>): Middleware
  /** A middleware of the application that puts something of its own where handlers look for the key, and goes on. */
  pretend(identity: object): Middleware
  /**
   * An authenticator of the application: goes on for `'pass'`, and answers by itself with a status and without a body. What
   * is thrown, it fails with in the way of the framework.
   */
  authenticator(work: (req: IncomingMessage) => 'pass' | number | Promise<'pass' | number>): Middleware
  /** A handler: answers 200 with this as JSON, `Content-Type: application/json` and a `Content-Length`. */
  handle(work: (apiKey: ApiKey | undefined, req: IncomingMessage) => object | Promise<object>): Middleware
}

/** How the host answers in its own shape: with this status and this text. */
export type ContractReply = (status: number, text: string) => void

/** What the contract looks at in the denial that `onDenied` gets. */
export interface ContractDenial {
  readonly status: number
  readonly code: string
  readonly hint?: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a harness serves. */
export interface ContractApp {
  readonly keyring: Keyring
  readonly options?: ContractAuthOptions
  /** To be passed to `apiKeyAuth` in the adapter's own form. */
  readonly onDenied?: (denial: ContractDenial, reply: ContractReply) => void | Promise<void>
  /** The chain of each path, for every method. */
  routes<Middleware>(kit: ContractKit<Middleware>): Readonly<Record<string, readonly Middleware[]>>
}

/** A server that listens on loopback. */
export interface ContractServer {
  readonly port: number
  /** Ends every connection. */
  close(): Promise<void>
}

/** What `httpContract` takes. */
export interface HttpContractOptions {
  /** Names adapter and framework in the report. */
  readonly name: string
  /**
   * Serves an app with the adapter under test. The framework must add no headers of its own, such as `X-Powered-By`.
   */
  serve(app: ContractApp): Promise<ContractServer>
  readonly runner: ContractRunner
}
