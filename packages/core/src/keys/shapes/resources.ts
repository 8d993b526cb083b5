import { ValidationError } from '../../errors/errors.ts'
import { readSelection } from '../../restrictions/read-selection.ts'
import { everything, type Selection } from '../../restrictions/selection.ts'
import type { FreeText } from './free-text.ts'

const maxIds = 100
// All of a key together: its record is read with every miss, and kept in memory.
const maxCharacters = 32_768

/** The selection of a new key: everything, unless the input says which. */
export function newSelection(
  input: { readonly resources?: unknown },
  types: readonly string[],
  freeText: Pick<FreeText, 'mask'>,
): Selection {
  if (!('resources' in input)) return everything
  return parseSelection(input.resources, types, freeText)
}

/**
 * Checks the resources that a key is given.
 *
 * @param held types that the key is limited by already: they may stay, also when they are not declared any more
 * @throws {ValidationError}
 */
export function parseSelection(
  given: unknown,
  types: readonly string[],
  { mask }: Pick<FreeText, 'mask'>,
  held: readonly string[] = [],
): Selection {
  if (given === undefined) {
    throw new ValidationError('resources', 'resources is undefined. Leave it out for all, or say which.')
  }
  const selection = readSelection(given, {
    field: 'resources',
    types,
    alsoTypes: held,
    maxIds,
    maxCharacters,
    mayBeEmpty: false,
    refuse: (field, message) => new ValidationError(field, message),
  })
  for (const [type, ids] of Object.entries(selection)) {
    if (ids.every((id) => mask(id) === id)) continue
    throw new ValidationError(`resources.${type}`, `Expected resources.${type} to be ids, got an API key.`)
  }
  return selection
}
