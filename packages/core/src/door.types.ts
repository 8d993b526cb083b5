import type { KeyRequirement } from './keyring.types.ts'
import type { PermissionCatalogue } from './permissions/catalogue.ts'
import type { ReportFault } from './reporting/faults.ts'
import type { Clock } from './runtime/clock.ts'
import type { RequestMemory } from './runtime/request-memory.ts'
import type { TokenGrammar } from './token/grammar.ts'
import type { Ours } from './token/ours.ts'
import type { DeniedBy } from './usage/causes.ts'
import type { ApiKey, Carrier, Refused, Verification } from './verification/verification.ts'

/** The one way from an adapter to a keyring: what `@claviger/core/http` needs, and hosts do not. */
export interface Door {
  /**
   * Verifies a credential as it came over HTTP: in the same tick when it is in memory. Counts no use: see `recordUse`.
   *
   * @param field `Bearer <token>`, with one space, for the carrier `bearer`; else the token
   * @throws, or rejects with, what `Keyring.verify` rejects with
   */
  check(carrier: Carrier, field: string): Verification | Promise<Verification>
  /**
   * For tests and benchmarks, which ask what is in memory: the answer of `check` in the same tick; undefined, and nothing
   * is started, where `check` would take longer.
   */
  recall(carrier: Carrier, field: string): Verification | undefined
  /**
   * Counts one use of a key, once its end is known. Undefined when use is not counted. Does no I/O and never throws.
   * Counts nothing unless the verification is one that this keyring gave, and its secret was proven.
   *
   * @param status of the response as it was sent; undefined when the client left before, or when it does not matter
   * @param deniedBy why the use was refused, by the verification itself or by a guard: that very refusal, as what it
   *   lacked is known of it; undefined when the use was allowed
   */
  readonly recordUse:
    | ((verification: Verification, status: number | undefined, deniedBy: DeniedBy | undefined) => void)
    | undefined
  /**
   * Notes who used a key: its network and program, shortened. To be called when the request comes in, besides `recordUse`.
   * Undefined where that is not kept. Does no I/O and never throws. Notes nothing unless the verification is one that this
   * keyring gave, and its secret was proven.
   *
   * @param address of the client, as text; everything else stands for one that is not known
   * @param userAgent the value of `User-Agent`, as the client sent it
   */
  readonly noteCaller: ((verification: Verification, address: unknown, userAgent: unknown) => void) | undefined
  /** Judges keys of verifications of this keyring, as `authorize` does. */
  readonly guards: {
    /**
     * Checks a requirement once; what comes back only judges.
     *
     * @throws {ConfigurationError} as `Keyring.authorize`
     */
    requirement(requirement: KeyRequirement): (apiKey: ApiKey) => Refused | undefined
    /** Refuses keys of every other workspace. */
    workspace(apiKey: ApiKey, workspaceId: string): Refused | undefined
    /** Refuses keys that do not reach this resource of a declared type. */
    resource(apiKey: ApiKey, type: string, id: string): Refused | undefined
  }
  /**
   * The workspace of a stored key; undefined when there is none. Only for keys whose secret is proven: a refusal names the
   * key, and not whose it is. Reads the store.
   *
   * @throws {UnavailableError} when the store fails
   */
  workspaceOf(keyId: string): Promise<string | undefined>
  /** How tokens are written: what tells a foreign credential from a misspelt one. */
  readonly grammar: TokenGrammar
  /** Finds tokens in any text. Without flags. */
  readonly tokenPattern: RegExp
  /** Tells what may be a token of ours from credentials of others. */
  readonly ours: Ours
  readonly permissions: PermissionCatalogue
  /** The declared types of resources. */
  readonly resources: readonly string[]
  /** Blots tokens out of a text. */
  redact(text: string): string
  /** How long before its expiry a key is announced to end. Milliseconds. */
  readonly expiryNoticeMs: number
  readonly clock: Clock
  readonly report: ReportFault
  /** What adapters have found out about requests: here, so that every copy of `core/http` in a process finds it. */
  readonly requests: RequestMemory
}
