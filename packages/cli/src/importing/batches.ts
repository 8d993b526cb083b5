import type { ImportKeyBody } from '@claviger/management/client'
import type { Described, Product } from './products/product.types.ts'
import type { Rows } from './rows/rows.types.ts'

/** Some entries for one call of the API, and the number of the row that each came from. */
export interface Batch {
  readonly numbers: readonly number[]
  readonly keys: readonly ImportKeyBody[]
}

/** A row that is left out. */
export interface LeftOut {
  readonly number: number
  readonly ended: NonNullable<Described['ended']>
}

// What one call takes, and somewhat less than the body it takes.
const mostKeys = 100
const mostBytes = 56_000

/** Parts the rows of a table for the API. Holds one batch at a time. */
export async function* batchesOf(
  rows: Rows,
  product: Product,
  entry: (described: Described) => ImportKeyBody,
): AsyncIterable<Batch | LeftOut> {
  let numbers: number[] = []
  let keys: ImportKeyBody[] = []
  let bytes = 0
  let number = 0
  for await (const row of rows.read()) {
    number += 1
    const described = product.describe(row)
    if (described.ended !== undefined) {
      yield { number, ended: described.ended }
      continue
    }
    const key = entry(described)
    const length = Buffer.byteLength(JSON.stringify(key)) + 1
    if (keys.length === mostKeys || (keys.length > 0 && bytes + length > mostBytes)) {
      yield { numbers, keys }
      numbers = []
      keys = []
      bytes = 0
    }
    numbers.push(number)
    keys.push(key)
    bytes += length
  }
  if (keys.length > 0) yield { numbers, keys }
}
