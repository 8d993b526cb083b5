import { ConfigurationError } from '../errors/errors.ts'
import { parseGroup } from '../input/parse-options.ts'
import { kindOf, describeValue } from '../input/describe-value.ts'
import { fingerprintUnder } from './fingerprint.ts'
import { type Hmac, hmacUnder } from './hmac.ts'

/**
 * A secret kept outside the database and mixed into every stored hash: at least 32 bytes, or 32 characters of text.
 * The id is stored beside each hash, so that the pepper can be replaced; a bare secret has the id `default`.
 */
export type Pepper =
  | string
  | Uint8Array
  | {
      /** 1 to 64 characters of `A-Z a-z 0-9 . _ -`. */
      readonly id: string
      readonly secret: string | Uint8Array
    }

type NamedPepper = Exclude<Pepper, string | Uint8Array>

/** Where a pepper, or its absence, stands in a change of peppers, as this configuration has it. */
export type PepperPlace = 'previous' | 'current' | 'next'

/**
 * The current pepper, older ones that still verify, and the one that is coming. Secrets stay in the closure: nothing to
 * print by accident.
 */
export interface PepperRing {
  /** The id new hashes get, or null without peppers. */
  readonly currentId: string | null
  /** Null stands for no pepper: it comes before every pepper, unless it is announced as the next. */
  placeOf(id: string | null): PepperPlace
  /** The secret of an id, or undefined for an id that is not in the ring. */
  secretOf(id: string): Buffer | undefined
  /** HMAC under the secret of an id, or undefined for an id that is not in the ring. */
  hmacOf(id: string): Hmac | undefined
  /** What tells the secret of each id from every other. */
  readonly fingerprints: ReadonlyMap<string, string>
}

/**
 * Checks and arranges peppers. Messages name the type received, never a value.
 *
 * @param next the pepper that the next deployment hashes under; null when that one has none
 */
export function pepperRing(
  current: Pepper | undefined,
  previous: readonly Pepper[] = [],
  next?: Pepper | null,
): PepperRing {
  if (!Array.isArray(previous)) {
    throw new ConfigurationError('previousPeppers', `Expected previousPeppers to be a list, got ${kindOf(previous)}.`)
  }
  const secrets = new Map<string, Buffer>()
  const hmacs = new Map<string, Hmac>()
  const fingerprints = new Map<string, string>()
  const add = (pepper: Pepper, option: string): string => {
    const { id, secret } = isBare(pepper)
      ? { id: 'default', secret: pepper }
      : parseGroup<NamedPepper>(option, pepper, ['id', 'secret'])
    if (typeof id !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
      throw new ConfigurationError(`${option}.id`, 'A pepper id is 1 to 64 characters of A-Z a-z 0-9 . _ -')
    }
    if (secrets.has(id))
      throw new ConfigurationError(option, `Two peppers have the id ${describeValue(id)}. Give each its own.`)
    if (!(typeof secret === 'string' || secret instanceof Uint8Array) || secret.length < 32) {
      const got =
        typeof secret === 'string' || secret instanceof Uint8Array ? `length ${secret.length}` : kindOf(secret)
      throw new ConfigurationError(
        option,
        `A pepper is at least 32 bytes or 32 characters, got ${got}. Is the variable set?`,
      )
    }
    const bytes = Buffer.from(secret)
    secrets.set(id, bytes)
    const hmac = hmacUnder(bytes)
    hmacs.set(id, hmac)
    fingerprints.set(id, fingerprintUnder(hmac))
    return id
  }
  const currentId = current === undefined ? null : add(current, 'pepper')
  Array.from(previous as readonly Pepper[]).forEach((pepper, index) => add(pepper, `previousPeppers[${index}]`))
  const nextId = next === undefined || next === null ? next : add(next, 'nextPepper')
  if (nextId === null && currentId === null) {
    throw new ConfigurationError('nextPepper', 'nextPepper: null announces the end of a pepper, and there is none.')
  }
  const placeOf = (id: string | null): PepperPlace => {
    if (id === currentId) return 'current'
    return id === nextId ? 'next' : 'previous'
  }
  return { currentId, placeOf, secretOf: (id) => secrets.get(id), hmacOf: (id) => hmacs.get(id), fingerprints }
}

function isBare(pepper: Pepper): pepper is string | Uint8Array {
  return typeof pepper === 'string' || pepper instanceof Uint8Array
}
