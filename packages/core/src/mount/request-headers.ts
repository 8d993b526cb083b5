import type { NodeRequest } from './node-exchange.ts'

/**
 * The headers of a request for the Fetch API. What the host changed, added or took away in `headers` counts: it may have
 * taken a header away because clients must not set it. Where Node keeps only the first of several lines, all of them
 * are there, so that a second credential is seen.
 */
export function requestHeaders({ headers, rawHeaders }: NodeRequest, authority: unknown): Headers {
  const result = new Headers()
  const lines = linesOf(rawHeaders)
  for (const name of Object.keys(headers)) {
    if (name.startsWith(':')) continue
    const value: unknown = headers[name]
    const sent = lines.get(name.toLowerCase()) ?? []
    const all = sent.length > 1 && value === sent[0] ? sent : Array.isArray(value) ? value : [value]
    for (const each of all) append(result, name, each)
  }
  // HTTP/2 names it in a pseudo header.
  if (!result.has('host') && typeof authority === 'string') append(result, 'host', authority)
  return result
}

function linesOf(rawHeaders: unknown): ReadonlyMap<string, readonly string[]> {
  const lines = new Map<string, string[]>()
  if (!Array.isArray(rawHeaders)) return lines
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase()
    const values = lines.get(name)
    if (values === undefined) lines.set(name, [String(rawHeaders[index + 1])])
    else values.push(String(rawHeaders[index + 1]))
  }
  return lines
}

/** A name or value that no header can have was put there by the host, and is left out. */
function append(headers: Headers, name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return
  try {
    headers.append(name, byteString(`${value}`))
  } catch {
    return
  }
}

/** Headers hold bytes: a name in another script goes as UTF-8. */
function byteString(text: string): string {
  return /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text
}
