/** One piece of work, done again and again, never twice at once, for all who wait for it. */
export interface Rounds {
  /** The end of the round under way, or else of one that begins now. */
  join(): Promise<void>
  /** The end of the first round that begins after this call. */
  next(): Promise<void>
}

/** Makes rounds of `work`. One that fails, fails for the callers that joined it only. */
export function createRounds(work: () => Promise<void>): Rounds {
  let current: Promise<void> | undefined
  let planned: Promise<void> | undefined

  const begin = (): Promise<void> => {
    const round = work().finally(() => {
      current = undefined
    })
    // The callers that joined get the failure; there may be none.
    round.catch(() => {})
    current = round
    return round
  }

  const afterCurrent = (running: Promise<void>): Promise<void> => {
    const following = running
      .catch(() => {})
      .then(() => {
        planned = undefined
        return begin()
      })
    following.catch(() => {})
    return following
  }

  return {
    join: () => current ?? planned ?? begin(),
    next() {
      if (current === undefined) return planned ?? begin()
      planned ??= afterCurrent(current)
      return planned
    },
  }
}
