import type { SecretRecord } from '../../store/records.ts'
import { formatToken, maskToken } from '../../token/token.ts'
import type { ManagerParts } from '../facade/parts.ts'

/** A secret that was just made: the only moment its token exists here. */
export interface NewSecret {
  /** The key it belongs to. */
  readonly id: string
  readonly token: string
  readonly record: SecretRecord
}

/** Makes a secret for a key of a workspace. @throws {BusyError} when too many hashes are queued */
export async function newSecret(
  { generate, grammar, hashing, clock }: Pick<ManagerParts, 'generate' | 'grammar' | 'hashing' | 'clock'>,
  workspaceId: string,
  environment: string,
  id: string,
  version: number,
): Promise<NewSecret> {
  const token = formatToken({ prefix: grammar.prefixes[0], environment, id, secret: generate.secret() })
  const stored = await hashing.protect(token, workspaceId, 'make')
  return { id, token, record: { version, hint: maskToken(token), ...stored, createdAt: clock.now(), endsAt: null } }
}
