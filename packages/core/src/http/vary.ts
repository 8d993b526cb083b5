/**
 * Adds field names to the value of `Vary` (RFC 9110 section 12.5.5), keeping what others put there. `*` stays alone.
 *
 * @param current the header as it is set now, in any form Node gives it back
 * @param addition names joined by `, `
 */
export function appendVary(current: number | string | readonly string[] | undefined, addition: string): string {
  if (current === undefined || current === '') return addition
  const value = Array.isArray(current) ? current.join(', ') : String(current)
  // A second of ours on one request: the usual case with guards.
  if (value === addition || value.endsWith(`, ${addition}`)) return value
  const names = new Set(value.split(',').map((name) => name.trim().toLowerCase()))
  if (names.has('*')) return '*'
  const missing = addition.split(', ').filter((name) => !names.has(name.toLowerCase()))
  return [value, ...missing].join(', ')
}
