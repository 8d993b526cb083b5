import { isQuotableName, kindOf } from '../input/describe-value.ts'
import { isPlain } from '../input/plain-fields.ts'
import { undeclared } from './read-selection.ts'

/**
 * Reads what a key is asked to reach: one id of each type, at least one in all. An id that is `undefined` is refused: it
 * must not let every key pass.
 *
 * @throws what `refuse` makes
 */
export function readIds(
  given: unknown,
  types: readonly string[],
  refuse: (field: string, message: string) => Error,
): Readonly<Record<string, string>> {
  if (!isPlain(given) || Object.keys(given).length === 0) {
    const got = isPlain(given) ? 'none' : kindOf(given)
    throw refuse('resources', `Expected resources to name an id by type, such as { project: "p1" }, got ${got}.`)
  }
  const ids: Record<string, string> = Object.create(null)
  for (const type of Object.keys(given)) {
    const field = isQuotableName(type) ? `resources.${type}` : 'resources'
    if (!types.includes(type)) throw refuse(field, `resources: ${undeclared(type, types)}`)
    ids[type] = readId(given[type], field, refuse)
  }
  return ids
}

function readId(id: unknown, field: string, refuse: (field: string, message: string) => Error): string {
  if (typeof id === 'string' && id !== '') return id
  const got = id === '' ? 'an empty one' : kindOf(id)
  throw refuse(field, `Expected ${field} to be one id, a text that is not empty, got ${got}.`)
}
