/** What is read of a request: the shape of Node's `IncomingMessage`, or of what a serverless host makes of it. */
export interface HttpRequest {
  readonly method?: string | undefined
  /** Only looked at to tell a client that its key does not belong there. */
  readonly url?: string | undefined
  /** Names and values in turn, as the client sent them. */
  readonly rawHeaders?: readonly string[] | undefined
  readonly headers?: Readonly<Record<string, string | string[] | undefined>> | undefined
}

/** How often a field was sent, and the last value. */
export interface Field {
  readonly count: number
  readonly value: unknown
}

/** A field that is not there. */
export const absent: Field = { count: 0, value: undefined }

/** Names and values in turn, as the client really sent them; undefined for a request that has none of its own. */
export function sentHeaders({ rawHeaders }: HttpRequest): unknown {
  return rawHeaders === anyObject.rawHeaders ? undefined : rawHeaders
}

/**
 * A field as the client sent it, or, when it sent none, as it is in `headers`, for hosts and serverless shims that set it
 * themselves. Node builds `headers` when they are first looked at.
 *
 * @param name lower case
 */
export function sentOrSet(request: HttpRequest, sent: Field, name: string): Field {
  if (sent.count > 0) return sent
  const { headers } = request
  return headers === anyObject.headers ? absent : setField(headers, name)
}

/**
 * The first value of a field, as the client sent it, or as it is in `headers`; undefined where there is none.
 *
 * @param name lower case
 */
export function firstValue(request: HttpRequest, name: string): unknown {
  const sent = sentHeaders(request)
  if (Array.isArray(sent)) {
    for (let index = 0; index + 1 < sent.length; index += 2) if (isNamed(sent[index], name)) return sent[index + 1]
  }
  const { headers } = request
  if (headers === anyObject.headers || typeof headers !== 'object' || headers === null) return undefined
  for (const key of Object.keys(headers)) {
    const set: unknown = isNamed(key, name) ? headers[key] : undefined
    if (set !== undefined) return Array.isArray(set) ? set[0] : set
  }
  return undefined
}

/** A field of which nothing is known yet. */
export function readField(request: HttpRequest, name: string): Field {
  return sentOrSet(request, sentField(sentHeaders(request), name), name)
}

// What every object inherits was not sent: a host's plain object must not pass it for its own. Node's requests have some of
// these fields on their own prototypes, so a check for own properties would miss them.
const anyObject: HttpRequest = {}

/**
 * How often a field is among headers, and its last value there.
 *
 * @param rawHeaders from `sentHeaders`
 * @param name lower case
 */
export function sentField(rawHeaders: unknown, name: string): Field {
  if (!Array.isArray(rawHeaders)) return absent
  let count = 0
  let value: unknown
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (isNamed(rawHeaders[index], name)) {
      count += 1
      value = rawHeaders[index + 1]
    }
  }
  return count === 0 ? absent : { count, value }
}

/** `headersDistinct` is never touched: its getter can be made to throw (CVE-2026-21710). */
function setField(headers: unknown, name: string): Field {
  if (typeof headers !== 'object' || headers === null) return absent
  let count = 0
  let value: unknown
  for (const key of Object.keys(headers)) {
    if (!isNamed(key, name)) continue
    const set: unknown = (headers as Record<string, unknown>)[key]
    if (set === undefined) continue
    // What a shim gives as a list counts by what is in it.
    count += Array.isArray(set) ? set.length : 1
    value = Array.isArray(set) ? set.at(-1) : set
  }
  return count === 0 ? absent : { count, value }
}

function isNamed(candidate: unknown, name: string): boolean {
  return typeof candidate === 'string' && candidate.length === name.length && candidate.toLowerCase() === name
}
