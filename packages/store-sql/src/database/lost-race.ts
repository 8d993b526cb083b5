/** A guarded statement changed another number of rows than it must: somebody was faster. Never leaves the store. */
export class LostRaceError extends Error {}

/**
 * A statement that reports success and changed nothing is no success.
 *
 * @throws {LostRaceError}
 */
export function requireAffected(affected: bigint | undefined, expected: number): void {
  if (affected !== BigInt(expected)) throw new LostRaceError('The stored row is not the one that was judged.')
}
