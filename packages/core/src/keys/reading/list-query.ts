import { ValidationError } from '../../errors/errors.ts'
import { nearest } from '../../input/nearest.ts'
import { isPlain } from '../../input/plain-fields.ts'
import { isQuotableName } from '../../input/describe-value.ts'
import { attentions } from '../shapes/attention.ts'
import { boundedText, parseLimit } from '../shapes/checks.ts'
import type { ListKeysInput } from '../shapes/inputs.ts'
import { ownerTypes, statuses } from './read-keys.ts'

/** A query string: as it stands in a URL, parsed by the platform, or parsed by a framework. */
export type QueryParameters = string | URLSearchParams | Readonly<Record<string, unknown>>

type Parameter = keyof ListKeysInput
type Reader = (text: string) => unknown

/** Parameters that may be given several times. */
const repeatable: Readonly<Record<'status' | 'environment' | 'ownerId' | 'ownerType' | 'attention', Reader>> = {
  status: (text) => oneOf('status', text, statuses),
  environment: (text) => boundedText('environment', text),
  ownerId: (text) => boundedText('ownerId', text),
  ownerType: (text) => oneOf('ownerType', text, ownerTypes),
  attention: (text) => oneOf('attention', text, attentions),
}
const single: Readonly<Record<Exclude<Parameter, keyof typeof repeatable>, Reader>> = {
  ended: (text) => oneOf('ended', text, ['true', 'false']) === 'true',
  search: (text) => boundedText('search', text),
  cursor: (text) => boundedText('cursor', text, 1_024),
  limit: (text) => parseLimit(/^\d{1,3}$/.test(text) ? Number(text) : Number.NaN),
}
const readers = new Map<string, Reader>(Object.entries({ ...repeatable, ...single }))
const known: readonly string[] = [...readers.keys()]

/**
 * Reads the query string of a request into what `keys.list` takes: `?limit=1&status=active`. Strict: a parameter that
 * `list` does not take, an empty one is refused. Only
 * `status`, `environment`, `ownerId`, `ownerType` and `attention` may be repeated.
 *
 * @example
 * const page = await keys.list(listQueryFrom('limit=10&status=active&status=rotating'))
 *
 * @param query text with or without its `?`, a `URLSearchParams`, Express's `req.query` or Koa's `ctx.query`
 * @throws {ValidationError} whose `field` is the parameter: answer 400
 */
export function listQueryFrom(query: QueryParameters): ListKeysInput {
  const found: Record<string, unknown> = {}
  for (const [name, values] of grouped(query)) {
    const read = readers.get(name)
    if (read === undefined) throw unknownParameter(name)
    for (const value of values) if (value === '') throw wrong(name, `Leave ${name} out, or give it a value.`)
    if (Object.hasOwn(repeatable, name)) found[name] = values.map(read)
    else if (values.length === 1) found[name] = read(values[0] ?? '')
    else throw wrong(name, `Expected ${name} once.`)
  }
  return found
}

/** The values of each parameter, in the order given. */
function grouped(query: QueryParameters): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs(query)) values.set(name, [...(values.get(name) ?? []), value])
  return values
}

function pairs(query: unknown): readonly (readonly [string, string])[] {
  if (typeof query === 'string') return [...new URLSearchParams(query)]
  if (query instanceof URLSearchParams) return [...query]
  if (!isPlain(query)) {
    throw new ValidationError('query', 'Expected a query string, URLSearchParams or a plain object of parameters.')
  }
  return Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? Array.from(value as readonly unknown[]) : [value]).map((one): [string, string] => {
      // What `?search[a]=b` becomes in some parsers.
      if (typeof one !== 'string')
        throw isQuotableName(name) ? wrong(name, `Expected ${name} to be text.`) : unknownParameter(name)
      return [name, one]
    }),
  )
}

function oneOf<Value extends string>(name: string, text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text)
  if (found === undefined) throw wrong(name, `Expected ${name} to be one of ${values.join(', ')}.`)
  return found
}

function wrong(name: string, message: string): ValidationError {
  return new ValidationError(name, message)
}

function unknownParameter(name: string): ValidationError {
  const guess = nearest(name, known)
  const [field, what] = isQuotableName(name) ? [name, `parameter "${name}"`] : ['query', 'parameter of that name']
  const meant = guess === undefined ? '.' : `, did you mean "${guess}"?`
  return new ValidationError(field, `list has no ${what}${meant} Known: ${known.join(', ')}.`)
}
