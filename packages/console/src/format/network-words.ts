/** The first and the last address of a network, in words; undefined where that cannot be said shortly. */
export function networkWords(network: string): string | undefined {
  const [, first, second] = /^(\d{1,3})\.(\d{1,3})\.0\.0\/16$/.exec(network) ?? []
  if (first !== undefined) return `${first}.${second}.0.0 to ${first}.${second}.255.255`
  const [, beginning] = /^([\da-f:]*[\da-f])::\/48$/i.exec(network) ?? []
  return beginning === undefined ? undefined : `all that begin with ${beginning}:`
}

/** The network around an address, as 203.0.113.0/24: who did something from where is told no more exactly than helps. */
export function networkAround(ip: string): string {
  const four = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(ip)?.[1]
  if (four !== undefined) return `${four}.0/24`
  const [before = '', after] = ip.split('::')
  const groups = before === '' ? [] : before.split(':')
  if (!ip.includes(':') || (after === undefined && groups.length < 8)) return '\u2013'
  // What `::` leaves out are zeros, at the end of the network as well.
  const first = groups
    .slice(0, 3)
    .join(':')
    .replace(/(?:^|:)0+(?::0+)*$/, '')
  return `${first}::/48`
}
