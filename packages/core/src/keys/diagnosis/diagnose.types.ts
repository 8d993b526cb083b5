import type { LimitDefinition } from '../../limits/definition.ts'
import type { ResourceIds } from '../../restrictions/resource-selection.ts'
import type { MalformedHint } from '../../token/hints.ts'

/** What is looked at, in this order. */
export type DiagnosisCheckName =
  | 'provided'
  | 'format'
  | 'found'
  | 'secret'
  | 'imported'
  | 'revoked'
  | 'expired'
  | 'disabled'
  | 'rotated'
  | 'restrictions'
  | 'owner'
  | 'address'
  | 'grants'
  | 'workspace'
  | 'environment'
  | 'permission'
  | 'resource'
  | 'limit'

/** Why requests with the key fail; `ok` when nothing of what was looked at speaks against them. */
export type DiagnosisCode =
  | 'ok'
  | 'key_not_set'
  | 'malformed_key'
  | 'imported_tokens_ended'
  | 'not_in_this_workspace'
  | 'wrong_secret'
  | 'wrong_workspace'
  | 'key_revoked'
  | 'key_expired'
  | 'key_disabled'
  | 'key_rotated'
  | 'unknown_restriction'
  | 'owner_gone'
  | 'address_not_allowed'
  | 'wrong_environment'
  | 'insufficient_permission'
  | 'owner_lacks_permission'
  | 'resource_not_allowed'
  | 'rate_limited'

/** One check. */
export interface DiagnosisCheck {
  readonly check: DiagnosisCheckName
  readonly ok: boolean
  /** What was found, in a sentence. Never holds a token. */
  readonly detail: string
}

/** What `diagnose` finds: the checks that passed, and the first that did not. */
export interface Diagnosis {
  readonly ok: boolean
  readonly code: DiagnosisCode
  /** Once the key is found in the actor's workspace. */
  readonly keyId: string | null
  /** What is wrong with the text: for `malformed_key`, and for `key_not_set` when a placeholder came. */
  readonly hint?: MalformedHint
  readonly checks: readonly DiagnosisCheck[]
  /** How to fix it; null when nothing is broken. */
  readonly fix: string | null
}

/** Input of `diagnose` besides the key: what the failing route requires. */
export interface DiagnoseInput<Permission extends string = string, Resource extends string = string> {
  readonly permission?: Permission | undefined
  /** The environment the route asks for, or those of which one will do. */
  readonly environment?: string | readonly string[] | undefined
  /** The workspace the failing route belongs to. */
  readonly workspaceId?: string | undefined
  /** The resources that the failing route is about: an id by declared type. */
  readonly resources?: ResourceIds<Resource> | undefined
  /** The address that the failing request came from. Left out: the addresses of the key are told, and not judged. */
  readonly address?: string | undefined
  /** The limits of the route, as `auth.limit` got them: their present state is shown, and one that is used up is found. */
  readonly limits?: readonly LimitDefinition[] | undefined
}

/** A key to be looked at: the token a client sends, exactly as it sends it, or the id of the key. */
export type DiagnoseTarget = string | undefined | { readonly id: string }
