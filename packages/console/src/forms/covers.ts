/** The grant among some that covers a permission by a wildcard; undefined for none. */
export function wildcardFor(granted: readonly string[], name: string): string | undefined {
  if (name === 'keys:manage') return undefined
  const [resource = '', action = ''] = name.split(':')
  return [`${resource}:*`, `*:${action}`, '*:*'].find((one) => granted.includes(one))
}

/** Whether grants cover a permission. */
export function covers(granted: readonly string[], name: string): boolean {
  return granted.includes(name) || wildcardFor(granted, name) !== undefined
}
