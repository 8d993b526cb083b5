import { ConfigurationError } from '../errors/errors.ts'
import { parseOptions } from '../input/parse-options.ts'
import { describeValue } from '../input/describe-value.ts'
import { type Pepper, type PepperRing, pepperRing } from './pepper.ts'

/** The cost of one argon2id hash. */
export interface Argon2Parameters {
  readonly memoryKiB: number
  readonly iterations: number
  readonly parallelism: number
}

/** How new tokens are hashed. Made by `argon2id()` or `hmacSha256()`; either verifies what the other has stored. */
export type Hasher =
  | ({ readonly algorithm: 'argon2id'; readonly peppers: PepperRing } & Argon2Parameters)
  | { readonly algorithm: 'hmac-sha256'; readonly peppers: PepperRing }

const argon2idNames: readonly (keyof Argon2idOptions)[] = [
  'memoryKiB',
  'iterations',
  'parallelism',
  'pepper',
  'previousPeppers',
  'nextPepper',
]

/**
 * The parameters Claviger computes at all. A stored hash that asks for more (or for less than OWASP's weakest
 * recommendation) is refused before the library sees it, so that a hostile row cannot cost memory or time.
 */
const allowed: Readonly<Record<keyof Argon2Parameters, readonly [number, number]>> = {
  memoryKiB: [7_168, 65_536],
  iterations: [1, 5],
  parallelism: [1, 4],
}

/** Tells whether parameters are ones Claviger is willing to compute. */
export function isAllowed(parameters: Argon2Parameters): boolean {
  return outOfRange(parameters) === undefined
}

/** The peppers around the current one: how a change of peppers reaches every process before the keys. */
export interface PepperChange {
  /** Peppers of older hashes. They verify, and what they made is hashed again on use, under `pepper`. */
  readonly previousPeppers?: readonly Pepper[]
  /**
   * The pepper that the next deployment uses: it verifies, nothing is hashed under it yet, and what others hash under
   * it is left alone. The first step of a change of peppers. Null announces hashes without a pepper.
   */
  readonly nextPepper?: Pepper | null
}

/** What `argon2id` takes. */
export interface Argon2idOptions extends PepperChange {
  /** How much memory one hash takes, KiB: 7 168 to 65 536. Default 19 456. */
  readonly memoryKiB?: number | undefined
  /** Passes over the memory: 1 to 5. Default 2. */
  readonly iterations?: number | undefined
  /** Lanes: 1 to 4. Default 1. */
  readonly parallelism?: number | undefined
  /** Default none. Undefined is refused: a secret that is not set is no pepper. */
  readonly pepper?: Pepper
}

/** What `hmacSha256` takes. */
export interface HmacSha256Options extends PepperChange {
  readonly pepper: Pepper
}

/**
 * Argon2id (RFC 9106), the default hasher.
 *
 * @example
 * const hasher = argon2id({ pepper: { id: '2026', secret: await secrets.get('pepper') } })
 *
 * @param options `memoryKiB` 7 168 to 65 536, default 19 456; `iterations` 1 to 5, default 2; `parallelism` 1 to 4,
 *   default 1 (OWASP Password Storage Cheat Sheet). What was stored at less cost is hashed again on use, what was stored
 *   at more is left alone. `pepper`, `previousPeppers` and `nextPepper`: see `Pepper`; default none.
 * @throws {ConfigurationError} for parameters outside these bounds or a pepper that is too short
 */
export function argon2id(options: Argon2idOptions = {}): Hasher {
  const given = parseOptions<Argon2idOptions>('argon2id', options, argon2idNames)
  const { memoryKiB = 19_456, iterations = 2, parallelism = 1, pepper } = given
  const parameters = { memoryKiB, iterations, parallelism }
  const wrong = outOfRange(parameters)
  if (wrong !== undefined) {
    const [least, most] = allowed[wrong]
    throw new ConfigurationError(
      `hasher.${wrong}`,
      `Expected ${wrong} to be an integer from ${least} to ${most}, got ${describeValue(parameters[wrong])}.`,
    )
  }
  if ('pepper' in given && pepper === undefined) throw missingPepper()
  requireNext(given)
  return Object.freeze({ algorithm: 'argon2id', ...parameters, peppers: ringOf(given) })
}

/**
 * HMAC-SHA-256 under a pepper: for generated keys as safe as a slow hash, since 256 random bits cannot be guessed,
 * and thousands of times cheaper. An attacker who has the database and the pepper still cannot find a token.
 *
 * @example
 * const hasher = hmacSha256({ pepper: { id: '2026', secret: await secrets.get('pepper') } })
 *
 * @param options `pepper`, required; `previousPeppers` still verify, and what they made is hashed again on use;
 *   `nextPepper` verifies already. What `argon2id` stored under the same pepper is left alone: it costs more
 * @throws {ConfigurationError} for a pepper that is missing or too short
 */
export function hmacSha256(options: HmacSha256Options): Hasher {
  const given = parseOptions<HmacSha256Options>('hmacSha256', options, ['pepper', 'previousPeppers', 'nextPepper'])
  if (given.pepper === undefined) throw missingPepper()
  requireNext(given)
  return Object.freeze({ algorithm: 'hmac-sha256', peppers: ringOf(given) })
}

function ringOf({ pepper, previousPeppers, nextPepper }: PepperChange & { readonly pepper?: Pepper }): PepperRing {
  return pepperRing(pepper, previousPeppers, nextPepper)
}

function outOfRange(parameters: Argon2Parameters): keyof Argon2Parameters | undefined {
  const names = ['memoryKiB', 'iterations', 'parallelism'] as const
  return names.find((name) => {
    const [least, most] = allowed[name]
    return !Number.isInteger(parameters[name]) || parameters[name] < least || parameters[name] > most
  })
}

function missingPepper(): ConfigurationError {
  return new ConfigurationError(
    'pepper',
    'The pepper is undefined. Set the environment variable it is read from, or leave the option out of argon2id().',
  )
}

function requireNext(options: PepperChange): void {
  if (!('nextPepper' in options) || options.nextPepper !== undefined) return
  throw new ConfigurationError(
    'nextPepper',
    'nextPepper is undefined. Set the environment variable it is read from, or leave the option out.',
  )
}

/** @throws {ConfigurationError} for what is no hasher */
export function parseHasher(hasher: Hasher): Hasher {
  if (hasher?.algorithm === 'argon2id' || hasher?.algorithm === 'hmac-sha256') return hasher
  throw new ConfigurationError('hasher', 'Expected the result of argon2id() or hmacSha256({ pepper }).')
}
