import type { Marks } from '@claviger/core/store'

/** Stores marks whose names are new, and gives a copy of all. */
export function mark(stored: Map<string, string>, proposed: Marks): Marks {
  for (const [name, text] of proposed) if (!stored.has(name)) stored.set(name, text)
  return new Map(stored)
}
