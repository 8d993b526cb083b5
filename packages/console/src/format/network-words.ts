/** The first and the last address of a network, in words; undefined where that cannot be said shortly. */
export function networkWords(network: string): string | undefined {
  const [, first, second] = /^(\d{1,3})\.(\d{1,3})\.0\.0\/16$/.exec(network) ?? []
  if (first !== undefined) return `${first}.${second}.0.0 to ${first}.${second}.255.255`
  const [, beginning] = /^([\da-f:]*[\da-f])::\/48$/i.exec(network) ?? []
  return beginning === undefined ? undefined : `all that begin with ${beginning}:`
}
