import { CliError } from '../exits/cli-error.ts'

/** The values of a flag that takes several: repeated, or apart by commas. */
export function listOf(given: readonly string[] | undefined): readonly string[] {
  return (given ?? [])
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** The pairs of a flag that takes `name=value`, repeatedly. */
export function pairsOf(flag: string, given: readonly string[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (given ?? []).map((text) => {
      const at = text.indexOf('=')
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      throw new CliError('usage', 'usage', `${flag} takes name=value.`, `Write ${flag} team=payments, for example.`)
    }),
  )
}

/** The lists of a flag that takes `type=id`, repeatedly: `project=p1`, or several ids of a type apart by commas. */
export function idsByType(
  flag: string,
  given: readonly string[] | undefined,
): Readonly<Record<string, readonly string[]>> {
  const ids = new Map<string, readonly string[]>()
  for (const text of given ?? []) {
    const [type = '', ...rest] = text.split('=')
    const added = listOf([rest.join('=')])
    if (type === '' || added.length === 0) {
      throw new CliError('usage', 'usage', `${flag} takes type=id.`, `Write ${flag} project=p1, for example.`)
    }
    ids.set(type, [...new Set([...(ids.get(type) ?? []), ...added])])
  }
  return Object.fromEntries(ids)
}

/** A whole number of a flag. */
export function parseCount(flag: string, text: string | undefined, byDefault: number, most: number): number {
  if (text === undefined) return byDefault
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new CliError('usage', 'usage', `${flag} takes a whole number from 1 to ${most}.`)
}
