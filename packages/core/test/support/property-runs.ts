/** What part of their runs slow properties are tried for: all, unless `npm run test:quick` says less. */
const part = Number(process.env['CLAVIGER_PROPERTY_PART'] ?? 1)

/** How many of so many runs are made, or of so many outcomes expected, this time. */
export function partOf(count: number): number {
  return Math.max(1, Math.floor(count * part))
}

/** Which of so many cases are tried this time: spread evenly over the list. */
export function someOf<Case>(cases: readonly Case[]): readonly Case[] {
  const stride = Math.round(cases.length / partOf(cases.length))
  return cases.filter((_, index) => index % stride === 0)
}
