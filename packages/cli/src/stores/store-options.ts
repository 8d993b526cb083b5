import { pairsOf } from '../text/lists.ts'

/** The options of a store from `--store-option name=value`: numbers, `true` and `false` become what they say. Pure. */
export function parseStoreOptions(given: readonly string[] | undefined): Readonly<Record<string, unknown>> {
  const pairs = Object.entries(pairsOf('--store-option', given))
  return Object.fromEntries(pairs.map(([name, text]) => [name, valueOf(text)]))
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d{1,9}$/.test(text) ? Number(text) : text
}
