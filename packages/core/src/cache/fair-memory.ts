/** A bounded set of texts in which no group pushes out what a smaller one has put there. */
export interface FairMemory {
  /** Adds a text, or moves it to the front. False when it was there already. */
  add(group: string, text: string): boolean
  has(group: string, text: string): boolean
  readonly size: number
}

/** Makes one of at most `max` texts. A full one forgets the oldest text of the group that holds the most. */
export function createFairMemory(max: number): FairMemory {
  const groups = new Map<string, Set<string>>()
  let size = 0

  // Only a group that holds less than its share makes others be looked at, so no group causes a walk for each text.
  const largest = (own: Set<string>): Set<string> => {
    if (own.size * groups.size >= size) return own
    let most = own
    for (const texts of groups.values()) if (texts.size > most.size) most = texts
    return most
  }

  const forgetOne = (own: Set<string>): void => {
    const texts = largest(own)
    const [oldest] = texts
    if (oldest !== undefined) texts.delete(oldest)
    size -= 1
  }

  return {
    add(group, text) {
      const texts = groups.get(group) ?? new Set()
      groups.set(group, texts)
      const isNew = !texts.delete(text)
      texts.add(text)
      if (isNew) size += 1
      if (size > max) forgetOne(texts)
      if (texts.size === 0) groups.delete(group)
      return isNew
    },
    has: (group, text) => groups.get(group)?.has(text) === true,
    get size() {
      return size
    },
  }
}
