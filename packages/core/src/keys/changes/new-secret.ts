import type { Hashing } from '../../hashing/hashing.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { SecretRecord } from '../../store/records.ts'
import type { TokenGrammar } from '../../token/grammar.ts'
import { formatToken, maskToken, type TokenFactory } from '../../token/token.ts'

/** A secret that was just made: the only moment its token exists here. */
export interface NewSecret {
  /** The key it belongs to. */
  readonly id: string
  readonly token: string
  readonly record: SecretRecord
}

/** Makes a secret for a key of a workspace. @throws {BusyError} when too many hashes are queued */
export type MakeSecret = (workspaceId: string, environment: string, id: string, version: number) => Promise<NewSecret>

/** What making secrets is made of. */
export interface SecretParts {
  readonly generate: Pick<TokenFactory, 'secret'>
  readonly grammar: TokenGrammar
  readonly hashing: Pick<Hashing, 'protect'>
  readonly clock: Clock
}

/** Makes the maker of secrets. */
export function createSecretMaker({ generate, grammar, hashing, clock }: SecretParts): MakeSecret {
  return async (workspaceId, environment, id, version) => {
    const token = formatToken({ prefix: grammar.prefixes[0], environment, id, secret: generate.secret() })
    const stored = await hashing.protect(token, workspaceId, 'make')
    return { id, token, record: { version, hint: maskToken(token), ...stored, createdAt: clock.now(), endsAt: null } }
  }
}
