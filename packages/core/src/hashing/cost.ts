import { argon2Parameters } from './argon2.ts'
import type { Argon2Parameters, Hasher } from './hasher.ts'
import { hmacPrefix } from './hmac.ts'

/** What guessing against one hash costs: work first, memory where the work is the same. */
type Cost = readonly [work: number, memoryKiB: number]

const nothing: Cost = [-1, -1]
const hmac: Cost = [0, 0]

/** The cost of what a hasher makes. Pure. */
export function costOfHasher(hasher: Hasher): Cost {
  return hasher.algorithm === 'argon2id' ? costOfArgon2(hasher) : hmac
}

/** The cost of a stored hash. Pure. */
export function costOfHash(hash: string): Cost {
  if (hash.startsWith(hmacPrefix)) return hmac
  const parameters = argon2Parameters(hash)
  return parameters === undefined ? nothing : costOfArgon2(parameters)
}

/** Whether one costs less than the other: an order that every process agrees on, whatever its own parameters. */
export function isCheaper([work, memory]: Cost, [otherWork, otherMemory]: Cost): boolean {
  return work < otherWork || (work === otherWork && memory < otherMemory)
}

// Lanes share the work, they do not add to it.
function costOfArgon2({ memoryKiB, iterations }: Argon2Parameters): Cost {
  return [memoryKiB * iterations, memoryKiB]
}
