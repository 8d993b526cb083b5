import { digestOf, importedKeyId } from '../hashing/imported-hash.ts'
import type { Clock } from '../runtime/clock.ts'
import { maxTokenLength, type TokenGrammar } from '../token/grammar.ts'
import { tokenPattern } from '../token/token.ts'

/** What imported tokens look like, checked. */
export interface ImportedTokenRules {
  /** Matches whole texts only. Without state. */
  readonly pattern: RegExp
  /** When all of them end, epoch milliseconds; `Infinity` for never. */
  readonly until: number
}

/** A text that may be an imported token. */
export interface ImportedToken {
  /** The id of the key that it would be one of. */
  readonly id: string
  /** What its issuer has hashed: the whole text, or the group `secret` of the pattern. */
  readonly secret: string
}

/** Tells imported tokens from other texts. Pure but for the time. */
export interface ImportedTokens {
  /**
   * What a text is that is not a well-formed token of ours: `over` after the end of all imported tokens, undefined when it
   * does not look like one.
   */
  read(text: string): ImportedToken | 'over' | undefined
  /** When the imported tokens end, epoch milliseconds: `Infinity` for never. */
  readonly until: number
  /** Whether keys may be imported: the pattern is set, and its end has not come. */
  isOpen(): boolean
}

/** A keyring without imported tokens. */
const noImportedTokens: ImportedTokens = {
  read: () => undefined,
  until: Number.POSITIVE_INFINITY,
  isOpen: () => false,
}

/** Makes the reader of imported tokens. What has the form of our own tokens is never one, whatever the pattern says. */
export function createImportedTokens(
  rules: ImportedTokenRules | undefined,
  grammar: TokenGrammar,
  clock: Pick<Clock, 'now'>,
): ImportedTokens {
  if (rules === undefined) return noImportedTokens
  const { pattern, until } = rules
  const ownForm = new RegExp(`^(?:${tokenPattern(grammar).source})$`)
  return {
    read(text) {
      if (text.length > maxTokenLength || ownForm.test(text)) return undefined
      const match = pattern.exec(text)
      if (match === null) return undefined
      if (clock.now() >= until) return 'over'
      const secret = match.groups?.['secret'] ?? text
      return { id: importedKeyId(digestOf(secret)), secret }
    },
    until,
    isOpen: () => clock.now() < until,
  }
}
