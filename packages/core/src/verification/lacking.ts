import type { Refused } from './verification.ts'

// Beside the refusal, and not in it: what a key holds is no part of an answer.
const lacking = new WeakMap<Refused, string>()

/** Notes what a refused use lacked: a declared permission, or a declared type of resources. Returns the refusal. */
export function lacks(refused: Refused, name: string | undefined): Refused {
  if (name !== undefined) lacking.set(refused, name)
  return refused
}

/** What a refused use lacked; undefined where that is not known, or not what it was refused for. */
export function lackedBy(refused: object): string | undefined {
  return lacking.get(refused as Refused)
}
