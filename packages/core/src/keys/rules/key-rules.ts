import type { PermissionCatalogue } from '../../permissions/catalogue.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import type { FreeText } from '../shapes/free-text.ts'
import type { KeyPolicy } from '../shapes/policy.ts'

/** What holds for every key of a keyring, for every actor. */
export interface KeyRules {
  /** What is accepted. */
  readonly grammar: TokenGrammar
  /** The environments that keys are made of. */
  readonly environments: readonly string[]
  readonly permissions: PermissionCatalogue
  /** The declared types of resources. */
  readonly resources: readonly string[]
  readonly defaultPermissions: readonly string[]
  readonly policy: KeyPolicy
  readonly freeText: FreeText
}
