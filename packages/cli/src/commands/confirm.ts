import { CliError } from '../exits/cli-error.ts'
import { safeText } from '../text/safe-text.ts'
import type { Context } from './context.types.ts'

/** What the user is to agree to. */
export interface Confirmation {
  /** What is known, and what will happen. */
  readonly question: string
  /** What must be typed; undefined when yes is enough. */
  readonly typed: string | undefined
  /** What is done, as in "to revoke Production". */
  readonly act: string
}

/**
 * Has something confirmed that ends traffic: by `--yes`, by `--confirm` with the name, or by a question in the terminal.
 *
 * @throws {CliError} without, or when the name is another
 */
export async function requireConfirmation(
  { flags, ask }: Pick<Context, 'flags' | 'ask'>,
  { question, typed, act }: Confirmation,
): Promise<void> {
  const name = typed === undefined ? undefined : safeText(typed)
  if (flags.confirm !== undefined) {
    if (name === undefined || flags.confirm === typed || flags.confirm === name) return
    throw new CliError('usage', 'confirmation_wrong', `--confirm does not name what this is about: ${name}.`, null)
  }
  if (flags.yes === true) return
  if (ask === undefined) {
    throw new CliError(
      'usage',
      'confirmation_missing',
      `${question} To ${act}, confirm it.`,
      name === undefined ? 'Pass --yes.' : `Pass --yes or --confirm ${quoted(name)}.`,
    )
  }
  if (name === undefined) {
    if (await ask.confirm(`${question} Really ${act}?`)) return
  } else if ((await ask.text(`${question} Type ${name} to ${act}.`, { required: false })).trim() === name) {
    return
  }
  throw new CliError('failed', 'not_confirmed', 'Not confirmed. Nothing was changed.', null)
}

/** A name as a shell takes it. */
function quoted(name: string): string {
  return /^[\w.:@%+=,/-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`
}
