/*
 * Request targets as clients send them, and as the URL of a `Request` can hold them without being changed.
 */

const authorityBefore = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/
// What the URL parser resolves: another path than the one that the host's own middleware has seen.
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?=\/|$)/i
// A backslash would become a slash, `#` would end the query, and bytes beyond ASCII would be taken for characters.
const changed = /[^\x21-\x7e]|[\\#]/gu

/** Path and query of a target, also of one with scheme and authority before them (RFC 9112, section 3.2.2). Begins with `/`. */
export function originForm(target: string): string {
  const rest = target.startsWith('/') ? target : target.replace(authorityBefore, '')
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** A target in a form that the URL parser leaves alone; undefined for one with dot segments, which it would resolve. */
export function unchangeable(target: string): string | undefined {
  const [path = ''] = target.split(/[?#]/, 1)
  return dotSegment.test(path) ? undefined : target.replaceAll(changed, percentEncoded)
}

/** Node gives each byte as one character; others come from hosts that rewrite the path. */
function percentEncoded(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const bytes = code > 0xff ? Buffer.from(character, 'utf8') : [code]
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
}
