import { ConfigurationError } from '../errors/errors.ts'
import type { ImportedTokenRules } from '../imported/imported-tokens.ts'
import { type PatternFacts, readPattern } from '../imported/read-pattern.ts'
import { kindOf } from '../input/describe-value.ts'
import { parseGroup } from '../input/parse-options.ts'
import { bodyLength, maxTokenLength, type TokenGrammar } from '../token/grammar.ts'

/** What tokens look like that were issued elsewhere and imported. */
export interface ImportedTokenOptions {
  /**
   * Matches a whole token: begins with `^` and ends with `$`, such as `/^sk_live_[0-9a-f]{32}$/`. If only a part of the
   * token was hashed by its issuer, a group named `secret` says which: `/^\d+\|(?<secret>[0-9A-Za-z]{40})$/`. Refused
   * when it matches everything or tokens of this keyring, or could take long.
   */
  readonly pattern: RegExp
  /** When all imported tokens end, whatever their keys say: the end of the migration. Default: never. */
  readonly until?: Date | undefined
}

// Far above what a pattern of a token needs, and microseconds of work: two open repetitions are 16 384.
const mostWays = 20_000
const longestSource = 500
const leastWithoutLiteral = 8

/** Checks what imported tokens look like. @throws {ConfigurationError} */
export function resolvedImportedTokens(
  given: ImportedTokenOptions | undefined,
  grammar: TokenGrammar,
): ImportedTokenRules | undefined {
  if (given === undefined) return undefined
  const { pattern, until } = parseGroup<ImportedTokenOptions>('importedTokens', given, ['pattern', 'until'])
  return { pattern: parsePattern(pattern, grammar), until: parseUntil(until) }
}

function parsePattern(pattern: unknown, grammar: TokenGrammar): RegExp {
  if (!(pattern instanceof RegExp)) throw refused(`must be a RegExp, got ${kindOf(pattern)}`)
  const { source, flags } = pattern
  if (!/^i?u?$/.test(flags)) throw refused(`may have the flags i and u only, got ${flags}`)
  if (source.length > longestSource) throw refused(`may have at most ${longestSource} characters`)
  const facts = readPattern(source, maxTokenLength)
  if (typeof facts === 'string') throw refused(`may not hold ${facts}`)
  requireTame(facts)
  // A copy: no one changes what was checked.
  const copy = new RegExp(source, flags)
  const own = ownTokens(grammar).some((token) => copy.test(token))
  if (own)
    throw refused('matches tokens of this keyring. Say what tells the imported ones apart: a prefix, or a length')
  return copy
}

function requireTame({ isAnchored, ways, shortest, hasLiteral }: PatternFacts): void {
  if (!isAnchored)
    throw refused('must match whole tokens: let it, and each of its alternatives, begin with ^ and end with $')
  if (ways > mostWays) {
    throw refused(
      'could take long on some texts: write [ab] instead of (a|b) in repetitions, do not nest them, and give lengths, such as {32}',
    )
  }
  if (shortest > maxTokenLength)
    throw refused(`matches nothing of at most ${maxTokenLength} characters, the longest token`)
  if (!hasLiteral && shortest < leastWithoutLiteral) {
    throw refused('matches nearly everything: give the prefix of the tokens, or their length')
  }
}

function parseUntil(until: unknown): number {
  if (until === undefined) return Number.POSITIVE_INFINITY
  if (until instanceof Date && !Number.isNaN(until.getTime())) return until.getTime()
  throw new ConfigurationError('importedTokens.until', 'Expected importedTokens.until to be a valid Date.')
}

/** Texts in the form of our tokens, of digits, letters of either case, and all of them. */
function ownTokens({ prefixes, environments }: TokenGrammar): readonly string[] {
  const bodies = ['0', 'a', 'Z', '0aZ', '9fA', 'deadbeef'].map((part) => part.repeat(bodyLength).slice(0, bodyLength))
  return prefixes.flatMap((prefix) =>
    environments.flatMap((environment) => bodies.map((body) => `${prefix}_${environment}_${body}`)),
  )
}

function refused(why: string): ConfigurationError {
  return new ConfigurationError('importedTokens.pattern', `importedTokens.pattern ${why}.`)
}
