import { CliError } from '../exits/cli-error.ts'
import { looksLikeToken } from './looks-like-token.ts'

/**
 * Arguments are seen by every user of the machine, and kept in the history of the shell.
 *
 * @throws {CliError} when one of them holds a token, which is not repeated
 */
export function refuseSecretsIn(argv: readonly string[]): void {
  if (!argv.some(looksLikeToken)) return
  throw new CliError(
    'usage',
    'secret_in_arguments',
    'That looks like a secret, and it is now in your shell history. Pipe it in instead, and consider rotating it.',
    'printf %s "$KEY" | npx claviger keys diagnose -',
  )
}
