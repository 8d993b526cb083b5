import type { MountedHandler } from './options.ts'

/** What the echo saw. */
export interface Seen {
  readonly method: string
  /** Path and query of the request's URL. */
  readonly path: string
  readonly origin: string
  readonly originalUrl: string
  readonly hasNative: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A handler that answers with what it saw, as JSON. */
export const echo: MountedHandler = async (request, { native, originalUrl }) => {
  const { origin, pathname, search } = new URL(request.url)
  const seen: Seen = {
    method: request.method,
    path: pathname + search,
    origin,
    originalUrl,
    hasNative: typeof native === 'object' && native !== null,
    headers: Object.fromEntries(request.headers),
    body: Buffer.from(await request.arrayBuffer()).toString('latin1'),
  }
  return Response.json(seen, { headers: { 'X-Path': encodeURI(pathname) } })
}

/** Reads what the echo answered: as bytes, or as Latin-1 for each of them. */
export function seenIn(body: Buffer | string): Seen {
  return JSON.parse((typeof body === 'string' ? Buffer.from(body, 'latin1') : body).toString('utf8')) as Seen
}
