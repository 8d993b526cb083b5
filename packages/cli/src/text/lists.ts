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

/** A whole number of a flag. */
export function parseCount(flag: string, text: string | undefined, byDefault: number, most: number): number {
  if (text === undefined) return byDefault
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new CliError('usage', 'usage', `${flag} takes a whole number from 1 to ${most}.`)
}
