import type { Clock } from '../runtime/clock.ts'

/**
 * What this process has repaired lately, by name. A process that finds its own repair undone has met another one that
 * judges otherwise, and must not repeat it: two processes would write against each other for as long as both run.
 */
export interface RepairMemory<T> {
  /** What was noted under a name within the last hour. */
  lately(name: string): T | undefined
  note(name: string, value: T): void
  forget(name: string): void
}

const rememberedMs = 3_600_000
// About a megabyte. What is pushed out may be repaired once more.
const maxNames = 10_000

/** Makes an empty memory. */
export function createRepairMemory<T>(clock: Clock): RepairMemory<T> {
  // In the order of noting: the oldest comes first.
  const noted = new Map<string, { readonly value: T; readonly at: number }>()
  return {
    lately(name) {
      const note = noted.get(name)
      return note !== undefined && clock.monotonic() - note.at < rememberedMs ? note.value : undefined
    },
    note(name, value) {
      noted.delete(name)
      noted.set(name, { value, at: clock.monotonic() })
      const [oldest] = noted.keys()
      if (noted.size > maxNames && oldest !== undefined) noted.delete(oldest)
    },
    forget(name) {
      noted.delete(name)
    },
  }
}
