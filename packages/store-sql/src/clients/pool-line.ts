import { UnavailableError } from '@claviger/core/store'

/** Bounds how many of our calls wait for a connection of one pool. */
export interface PoolLine {
  /** @throws {UnavailableError} at once, when as many wait as may */
  wait<Client>(connect: () => Promise<Client>): Promise<Client>
}

// A pool keeps callers waiting until it has a connection for them, also when they gave up. While a server
// answers nothing, asking for more only fills memory.
const maxWaiting = 1_000

const lines = new WeakMap<object, PoolLine>()

/** The one line before a pool, however many stores use it. */
export function lineOf(pool: object): PoolLine {
  const known = lines.get(pool)
  if (known !== undefined) return known
  let waiting = 0
  const line: PoolLine = {
    async wait(connect) {
      if (waiting >= maxWaiting) {
        throw new UnavailableError('store', `${maxWaiting} calls wait for a connection of the pool already.`)
      }
      waiting += 1
      try {
        return await connect()
      } finally {
        waiting -= 1
      }
    },
  }
  lines.set(pool, line)
  return line
}
