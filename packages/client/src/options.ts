import { SetupError } from './errors/errors.ts'

/**
 * Reads options: a plain object's own fields, each once. An unknown name is refused, because a misspelt limit limits
 * nothing. Values are never repeated: a key ends up in the wrong option sooner or later.
 */
export function readOptions<Options extends object>(
  call: string,
  options: unknown,
  names: readonly (keyof Options & string)[],
): Options {
  const fields: Record<string, unknown> = Object.create(null)
  if (options === undefined) return fields as Options
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new SetupError('options', `${call} expects an object of options, got ${kindOf(options)}.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!names.some((each) => each === name)) {
      const shown = /^[A-Za-z]{1,24}$/.test(name) ? ` "${name}"` : ' of that name'
      throw new SetupError('options', `${call} has no option${shown}. Known: ${names.join(', ')}.`)
    }
    fields[name] = value
  }
  return fields as Options
}

/** A number within its range. */
export function numberWithin(
  option: string,
  value: unknown,
  { byDefault, least, most }: { readonly byDefault: number; readonly least: number; readonly most: number },
): number {
  if (value === undefined) return byDefault
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  const got = typeof value === 'number' ? `${value}` : kindOf(value)
  throw new SetupError(option, `Expected ${option} to be an integer from ${least} to ${most}, got ${got}.`)
}

/** What kind of thing came, without showing it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
