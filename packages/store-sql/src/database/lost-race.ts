/** A guarded statement changed another number of rows than it must: somebody was faster. Never leaves the store. */
export class LostRaceError extends Error {}

/**
 * S-45: a statement that reports success and changed nothing is no success.
 *
 * @throws {LostRaceError}
 */
export function assertAffected(results: readonly { readonly numAffectedRows: bigint }[], expected: number): void {
  const affected = results.reduce((sum, { numAffectedRows }) => sum + numAffectedRows, 0n)
  if (affected !== BigInt(expected)) throw new LostRaceError()
}
