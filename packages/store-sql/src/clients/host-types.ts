import { fieldOf } from '../database/dialect.ts'

/** How a `pg` client reads values, as far as the store's columns are concerned. */
export interface HostTypes {
  /** Whether the host told the client to read texts or numbers in a way of its own. */
  readonly areChanged: boolean
  /** Gives the client back as it was. */
  restore(): void
}

/** Reads every value as the text that the server sent. */
export const asSent: { readonly getTypeParser: () => (text: string) => string } = Object.freeze({
  getTypeParser: () => (text: string) => text,
})

// What the store reads: text, int4, int8, numeric. A parser that keeps these apart and exact may stay.
const probes: readonly (readonly [oid: number, text: string])[] = [
  [25, `it's \\ "7" \u00fc`],
  [23, '7'],
  [20, '1735689600001'],
  [1700, '9007199254740991'],
]

/**
 * Looks how a client that was taken from a pool reads values, and switches `binary` off while the store has it: binary
 * integers do not survive `pg`, and it cannot be told so for one query.
 */
export function hostTypesOf(client: object): HostTypes {
  const isBinary = fieldOf(client, 'binary') === true
  if (isBinary) Reflect.set(client, 'binary', false)
  return {
    areChanged: probes.some(([oid, text]) => !isKept(client, oid, text)),
    restore() {
      if (isBinary) Reflect.set(client, 'binary', true)
    },
  }
}

function isKept(client: object, oid: number, text: string): boolean {
  const getTypeParser = fieldOf(client, 'getTypeParser')
  if (typeof getTypeParser !== 'function') return true
  try {
    const read: unknown = getTypeParser.call(client, oid, 'text')(text)
    return oid === 25 ? read === text : ['string', 'number', 'bigint'].includes(typeof read) && String(read) === text
  } catch {
    return false
  }
}
