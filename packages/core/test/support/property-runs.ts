/** What part of their runs slow properties are tried for: all, unless `npm run test:quick` says less. */
const part = Number(process.env['CLAVIGER_PROPERTY_PART'] ?? 1)

/** How many of so many runs are made, or of so many outcomes expected, this time. */
export function partOf(count: number): number {
  return Math.max(1, Math.floor(count * part))
}
