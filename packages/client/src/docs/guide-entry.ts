import { SetupError } from '../errors/errors.ts'

/** A permission or an environment, as customers read about it. */
export interface GuideEntry {
  readonly name: string
  /** What it allows or is for, in a few words. Default: made from the name. */
  readonly description?: string | undefined
}

const name = /^[a-z0-9][a-z0-9_.-]{0,63}(?::[a-z0-9][a-z0-9_.-]{0,63})?$/

const known: Readonly<Record<string, string>> = {
  'keys:manage': 'create, change and end API keys; give it to no key that does not need exactly this',
  development: 'your own machine',
  staging: 'tests before a release',
  production: 'what your users use',
  ci: 'builds and automated tests',
}

/** Reads a list of names, or of names with descriptions. */
export function readEntries(option: string, entries: unknown): readonly Required<GuideEntry>[] {
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new SetupError(option, `usersGuide expects ${option} to be a list of names, with at least one.`)
  }
  return entries.map((entry: unknown) => {
    const { name: given, description } =
      typeof entry === 'string' ? { name: entry } : (Object(entry) as Partial<GuideEntry>)
    if (typeof given !== 'string' || !name.test(given)) {
      throw new SetupError(option, `usersGuide expects each of ${option} to be a name, or { name, description }.`)
    }
    if (description !== undefined && typeof description !== 'string') {
      throw new SetupError(option, `usersGuide expects the description of ${given} to be a text.`)
    }
    return { name: given, description: inCell(description ?? describe(given)) }
  })
}

/** `prompts:read` allows to read prompts. */
function describe(entry: string): string {
  if (Object.hasOwn(known, entry)) return known[entry] ?? ''
  const [resource = '', action] = entry.split(':').map((part) => part.replaceAll(/[_.-]/g, ' '))
  return action === undefined ? resource : `${action} ${resource}`
}

/** A text as it may stand in a cell of a table. */
export function inCell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;').trim().slice(0, 300)
}
