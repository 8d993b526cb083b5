/** Who wants a place. */
export interface Applicant {
  readonly workspaceId: string
  readonly name: string
  /** Whom the place counts for. */
  readonly holder: string
  readonly isKnown: boolean
}

/** Bounded places, shared fairly: within a workspace among holders, and what is known goes before what is not. */
export interface Places<Item> {
  get(workspaceId: string, name: string): Item | undefined
  /** Takes a place, if need be from others, which are given back. Undefined when there is none for this applicant. */
  take(applicant: Applicant, item: Item): { readonly displaced: readonly Item[] } | undefined
  leave(workspaceId: string, name: string): void
  leaveAll(workspaceId: string, isMeant: (name: string) => boolean): readonly Item[]
  clear(): readonly Item[]
}

interface Taken<Item> extends Applicant {
  readonly item: Item
}

/** Makes places: so many for a workspace, and so many in all. */
export function createPlaces<Item>(maxPerWorkspace: number, maxInAll: number): Places<Item> {
  const workspaces = new Map<string, Map<string, Taken<Item>>>()
  let size = 0

  const leave = (workspaceId: string, name: string): void => {
    const taken = workspaces.get(workspaceId)
    if (taken?.delete(name) !== true) return
    size -= 1
    if (taken.size === 0) workspaces.delete(workspaceId)
  }

  return {
    get: (workspaceId, name) => workspaces.get(workspaceId)?.get(name)?.item,

    take(applicant, item) {
      const { workspaceId, name } = applicant
      const taken = workspaces.get(workspaceId) ?? new Map<string, Taken<Item>>()
      const isFull = taken.size >= maxPerWorkspace
      const loser = isFull ? loserTo(applicant, [...taken.values()]) : undefined
      if (isFull ? loser === undefined : size >= maxInAll) return undefined
      if (loser !== undefined) leave(workspaceId, loser.name)
      workspaces.set(workspaceId, taken.set(name, { ...applicant, item }))
      size += 1
      return { displaced: loser === undefined ? [] : [loser.item] }
    },

    leave,

    leaveAll(workspaceId, isMeant) {
      const meant = [...(workspaces.get(workspaceId)?.values() ?? [])].filter(({ name }) => isMeant(name))
      for (const { name } of meant) leave(workspaceId, name)
      return meant.map(({ item }) => item)
    },

    clear() {
      const items = [...workspaces.values()].flatMap((taken) => [...taken.values()].map(({ item }) => item))
      workspaces.clear()
      size = 0
      return items
    },
  }
}

/**
 * Who makes room: the latest of the holder with most unknown places, for an applicant that is known or would still hold
 * less; where nothing is unknown, the latest of the holder with most. Undefined when that is the applicant itself.
 */
function loserTo<Item>(applicant: Applicant, taken: readonly Taken<Item>[]): Taken<Item> | undefined {
  const unknown = taken.filter(({ isKnown }) => !isKnown)
  if (applicant.isKnown && unknown.length > 0) return latestOfMost(unknown)
  const rivals = applicant.isKnown ? taken : unknown
  const loser = latestOfMost(rivals)
  if (loser === undefined) return undefined
  const isFair = countOf(rivals, applicant.holder) + 1 < countOf(rivals, loser.holder)
  return isFair ? loser : undefined
}

function latestOfMost<Item>(taken: readonly Taken<Item>[]): Taken<Item> | undefined {
  const counts = new Map<string, number>()
  for (const { holder } of taken) counts.set(holder, (counts.get(holder) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return taken.findLast(({ holder }) => counts.get(holder) === most)
}

function countOf(taken: readonly Taken<unknown>[], holder: string): number {
  return taken.filter((one) => one.holder === holder).length
}
