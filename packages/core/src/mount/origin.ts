const authority = /^(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Stands for a host that the client did not name, or named in a way that no URL can hold. No server has this name. */
const unknownHost = 'unknown.invalid'

/**
 * The origin of a request's URL. The host is what a client says, so it is read strictly: nothing in it becomes a path,
 * a user name or another port.
 */
export function originOf(protocol: unknown, host: unknown): string {
  const scheme = protocol === 'https' ? 'https' : 'http'
  const isHost = typeof host === 'string' && authority.test(host) && URL.canParse(`${scheme}://${host}`)
  return `${scheme}://${isHost ? host : unknownHost}`
}
