import { createHash } from 'node:crypto'
import type { RandomBytes } from '@claviger/core'

/**
 * Bytes that look random and are the same in every run. For reproducible tests only: a reader of the seed knows
 * every token made from it.
 *
 * @example
 * const random = seededRandom('rotation')
 */
export function seededRandom(seed: number | string): RandomBytes {
  let block = 0
  let rest: Uint8Array = new Uint8Array()

  return (size) => {
    const bytes = new Uint8Array(size)
    for (let filled = 0; filled < size; ) {
      if (rest.length === 0)
        rest = createHash('sha256')
          .update(JSON.stringify([seed, block++]))
          .digest()
      const part = rest.subarray(0, size - filled)
      bytes.set(part, filled)
      rest = rest.subarray(part.length)
      filled += part.length
    }
    return bytes
  }
}
