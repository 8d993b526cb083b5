/** Lets callers that want the same thing at the same time share one piece of work. Nothing outlives the work. */
export interface Flights<T> {
  /**
   * Joins the flight of this name, or starts one. A flight that started under another generation is never joined:
   * a caller that starts after an invalidation must not get what was read before it.
   */
  join(name: string, generation: number, start: () => Promise<T>): Promise<T>
  readonly size: number
}

/** Makes an empty board. A failed flight is gone as soon as it fails. */
export function createFlights<T>(): Flights<T> {
  const flying = new Map<string, { readonly generation: number; readonly landing: Promise<T> }>()
  return {
    join(name, generation, start) {
      const current = flying.get(name)
      if (current?.generation === generation) return current.landing
      const flight = { generation, landing: start() }
      flying.set(name, flight)
      const land = (): void => {
        if (flying.get(name) === flight) flying.delete(name)
      }
      // Before anybody who joined hears of it.
      flight.landing.then(land, land)
      return flight.landing
    },
    get size() {
      return flying.size
    },
  }
}
