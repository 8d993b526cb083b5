import { ConfigurationError } from '../errors/errors.ts'
import { kindOf, describeValue } from '../input/describe-value.ts'
import type { TokenGrammar } from '../token/grammar.ts'

/** The prefixes and environments of tokens. Each name matches `[a-z][a-z0-9]{0,15}`. */
export interface GrammarOptions {
  /** First part of every token, unique to your product. Matches `[a-z][a-z0-9]{0,15}`. */
  readonly prefix: string
  /** Older prefixes whose tokens stay valid. Default none. */
  readonly previousPrefixes?: readonly string[] | undefined
  /** The prefix of the next deployment: accepted, not used for new tokens yet. Default none. */
  readonly nextPrefix?: string | undefined
  /** Environments of new keys. Default `development`, `staging`, `production`, `ci`. */
  readonly environments?: readonly string[] | undefined
  /** Environments whose existing keys stay valid, and that get no new keys. Default none. */
  readonly previousEnvironments?: readonly string[] | undefined
  /** Environments of the next deployment: accepted, without new keys yet. Default none. */
  readonly nextEnvironments?: readonly string[] | undefined
}

const word = /^[a-z][a-z0-9]{0,15}$/

/** Checks and fills in. @throws {ConfigurationError} naming the option */
export function resolvedGrammar(options: GrammarOptions): {
  readonly grammar: TokenGrammar
  readonly environments: readonly string[]
} {
  const { prefix, previousPrefixes = [], nextPrefix } = options
  const first = parseWord('prefix', prefix)
  const others = [
    ...words('previousPrefixes', previousPrefixes, 'prefixes'),
    ...(nextPrefix === undefined ? [] : [parseWord('nextPrefix', nextPrefix)]),
  ]
  const environments = words(
    'environments',
    options.environments ?? ['development', 'staging', 'production', 'ci'],
    'names',
  )
  if (environments.length === 0) {
    throw new ConfigurationError('environments', 'Expected environments to be a list of at least one name.')
  }
  const notMade = (['previousEnvironments', 'nextEnvironments'] as const).flatMap((option) =>
    words(option, options[option] ?? [], 'names').map((name) => {
      if (!environments.includes(name)) return name
      throw new ConfigurationError(
        option,
        `"${name}" is in environments and in ${option}. Keys of it are either made or not: leave it in one.`,
      )
    }),
  )
  return {
    grammar: {
      prefixes: [first, ...new Set(others.filter((other) => other !== first))],
      environments: Object.freeze([...new Set([...environments, ...notMade])]),
    },
    environments: Object.freeze(environments),
  }
}

function words(option: string, list: unknown, what: string): string[] {
  if (Array.isArray(list)) {
    return Array.from(list as readonly unknown[], (name, index) => parseWord(`${option}[${index}]`, name))
  }
  throw new ConfigurationError(option, `Expected ${option} to be a list of ${what}, got ${kindOf(list)}.`)
}

function parseWord(option: string, value: unknown): string {
  if (typeof value === 'string' && word.test(value)) return value
  throw new ConfigurationError(option, `Expected ${option} to match [a-z][a-z0-9]{0,15}, got ${describeValue(value)}.`)
}
