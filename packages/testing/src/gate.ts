/** Holds callers back until it opens: makes races happen on purpose. */
export interface Gate {
  /** Resolves once the gate is open. */
  wait(): Promise<void>
  /** Lets everyone through who waits now or comes later. */
  open(): void
  /** How many called `wait` so far. */
  arrived(): number
}

/**
 * Makes a closed gate.
 *
 * @param parties opens by itself when so many wait; default: only `open()` opens it
 *
 * @example
 * const bothHaveRead = gate(2)
 * await Promise.all([1, 2].map(async () => {
 *   const record = await read()
 *   await bothHaveRead.wait()
 *   await write(record)
 * }))
 */
export function gate(parties: number = Number.POSITIVE_INFINITY): Gate {
  const { promise, resolve } = withResolvers()
  let arrivals = 0

  return {
    wait() {
      arrivals += 1
      if (arrivals >= parties) resolve()
      return promise
    },
    open: resolve,
    arrived: () => arrivals,
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
