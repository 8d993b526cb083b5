/** Notes that one store uses a client of the host's, from its first `begin` to its `end`. */
export interface ClientUse {
  begin(): void
  end(): void
}

const mostInUse = 10
const inUse = new WeakMap<object, number>()
const warned = new WeakSet<object>()

/**
 * Counts the stores that use one client, and warns once when they pile up: reloading code without `keyring.close()` leaves
 * a keyring that polls each time. For stores.
 */
export function clientUse(client: object, name: string): ClientUse {
  let isUsing = false
  const add = (more: number): number => {
    const now = (inUse.get(client) ?? 0) + more
    inUse.set(client, now)
    return now
  }
  return {
    begin() {
      if (isUsing) return
      isUsing = true
      if (add(1) <= mostInUse || warned.has(client)) return
      warned.add(client)
      process.emitWarning(
        `More than ${mostInUse} keyrings use one ${name} and were not closed. Each keeps polling. Make one keyring when the process starts; where code is reloaded, close the old one first: await keyring.close().`,
        { type: 'ClavigerWarning', code: 'CLAVIGER_UNCLOSED_KEYRINGS' },
      )
    },
    end() {
      if (isUsing) add(-1)
      isUsing = false
    },
  }
}
