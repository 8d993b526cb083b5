import type { ClavigerConfig } from './config.types.ts'

/** What imported tokens look like: a configuration in JSON writes the pattern and the instant as texts. */
export function importedTokensOf(given: NonNullable<ClavigerConfig['importedTokens']>): {
  readonly pattern: RegExp
  readonly until?: Date | undefined
} {
  const { pattern, until, ...rest } = Object(given) as typeof given
  return {
    ...rest,
    pattern: typeof pattern === 'string' ? new RegExp(pattern) : pattern,
    ...(until !== undefined && { until: typeof until === 'string' ? new Date(until) : until }),
  }
}
