import { CliError } from '../exits/cli-error.ts'
import type { ClavigerConfig } from './config.types.ts'

/** What imported tokens look like: a configuration in JSON writes the pattern and the instant as texts. */
export function importedTokensOf(given: NonNullable<ClavigerConfig['importedTokens']>): {
  readonly pattern: RegExp
  readonly until?: Date | undefined
} {
  const { pattern, until, ...rest } = Object(given) as typeof given
  return {
    ...rest,
    pattern: typeof pattern === 'string' ? patternOf(pattern) : pattern,
    ...(until !== undefined && { until: typeof until === 'string' ? new Date(until) : until }),
  }
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new CliError(
      'usage',
      'config_invalid',
      'importedTokens.pattern is no regular expression.',
      'Correct the file. In JSON, a backslash is written twice.',
    )
  }
}
