/*
 * What a process may still believe of something that changed. A change is certain at once where it was made, elsewhere
 * once it was announced and learned about, and everywhere when it is as old as a cached record may be.
 */

/** One of the two processes on a store. */
export type Process = 0 | 1

/** How old a record may be that a process trusts without news. */
const recordAgeMs = 10_000

/** A value as it was from an instant on. */
export interface Version<T> {
  readonly value: T
  readonly at: number
  /** Counts all changes of a run. */
  readonly order: number
  /** Who announced it; undefined when no one did. */
  readonly by: Process | undefined
}

/** Every value something had, oldest first. */
export type Timeline<T> = Version<T>[]

/** What decides whether a change is known. */
export interface Knowledge {
  readonly now: number
  /** The changes each process has certainly learned about, if they were announced: all up to this one. */
  readonly heard: readonly [number, number]
}

/** The value as it is. */
export function latest<T>(timeline: Timeline<T>): T {
  const version = timeline.at(-1)
  if (version === undefined) throw new Error('A timeline is never empty.')
  return version.value
}

/** Every value that the process may take for the latest one. */
export function believed<T>(timeline: Timeline<T>, process: Process, knowledge: Knowledge): readonly T[] {
  const certain = timeline.findLastIndex((version) => isCertain(version, process, knowledge))
  return timeline.slice(Math.max(0, certain)).map(({ value }) => value)
}

function isCertain({ at, order, by }: Version<unknown>, process: Process, { now, heard }: Knowledge): boolean {
  return by === process || (by !== undefined && order <= heard[process]) || now - at >= recordAgeMs
}
