/** Lets callers that want the same thing at the same time share one piece of work. Nothing outlives the work. */
export interface Flights<T> {
  /**
   * Joins the flight of this name, or starts one. A flight that started under another generation is never joined:
   * a caller that starts after an invalidation must not get what was read before it.
   *
   * @param start is given a way to say what else must hold for others to join, as it gets on
   */
  join(name: string, generation: number, start: (onlyWhile: OnlyWhile) => Promise<T>): Promise<T>
  readonly size: number
}

/** Later callers join the flight only if this holds. */
export type OnlyWhile = (holds: () => boolean) => void

/** Makes an empty board. A failed flight is gone as soon as it fails. */
export function createFlights<T>(): Flights<T> {
  const flying = new Map<string, Flight<T>>()
  return {
    join(name, generation, start) {
      const current = flying.get(name)
      if (current?.generation === generation && current.conditions.every((holds) => holds())) return current.landing
      const conditions: (() => boolean)[] = []
      const flight = { generation, conditions, landing: start((holds) => conditions.push(holds)) }
      flying.set(name, flight)
      const land = (): void => {
        if (flying.get(name) === flight) flying.delete(name)
      }
      // Before the callers that joined are resumed.
      flight.landing.then(land, land)
      return flight.landing
    },
    get size() {
      return flying.size
    },
  }
}

interface Flight<T> {
  readonly generation: number
  readonly conditions: readonly (() => boolean)[]
  readonly landing: Promise<T>
}
