/** A store of counters that several processes share. */
export interface Backend {
  /**
   * Adds points to a counter, atomically, and begins its window if none runs.
   *
   * @returns the sum after that, and how long its window still runs
   */
  add(counter: string, points: number, windowMs: number): Promise<Count>
  /** Undefined where no window runs. */
  read(counter: string): Promise<Count | undefined>
}

/** What a store says of a counter. */
export interface Count {
  readonly sum: number
  readonly leftMs: number
}
