import { ConfigurationError } from '../errors/errors.ts'
import { describeValue, kindOf } from '../input/describe-value.ts'

const word = /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/
const maxTypes = 16
// What every object seems to have would look like a selection where there is none.
const taken: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/**
 * Checks the option `resources`: the types of resources that keys can be limited to.
 *
 * @returns them, frozen @throws {ConfigurationError} naming the one that is wrong
 */
export function parseResourceTypes(given: unknown): readonly string[] {
  if (given === undefined) return noTypes
  if (!Array.isArray(given) || given.length > maxTypes) {
    throw new ConfigurationError(
      'resources',
      `Expected resources to be a list of at most ${maxTypes} types, such as ["project"], got ${kindOf(given)}.`,
    )
  }
  const types = Array.from(given as readonly unknown[], (type, index) => {
    const isName = typeof type === 'string' && word.test(type)
    if (isName && !taken.has(type)) return type
    throw new ConfigurationError(
      `resources[${index}]`,
      isName
        ? `resources[${index}]: every object has a "${type}" already. Choose another name.`
        : `Expected resources[${index}] to match [a-zA-Z][a-zA-Z0-9_-]{0,63}, got ${describeValue(type)}.`,
    )
  })
  if (new Set(types).size === types.length) return Object.freeze(types)
  throw new ConfigurationError('resources', 'Expected resources to name each type once.')
}

const noTypes: readonly string[] = Object.freeze([])
