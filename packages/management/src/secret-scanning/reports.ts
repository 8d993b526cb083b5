/** A token that was found somewhere, as it is reported. */
export interface FoundToken {
  readonly token: string
  /** Where it was found; null where that is not told, or not a web address. */
  readonly url: string | null
  /** What it was found in, such as `content` or `commit`. */
  readonly source: string | null
  /** What GitHub calls tokens of this form. */
  readonly type: string | null
}

/** Reads a list of reports, each token once; undefined for anything else. */
export function readReports(body: Uint8Array): readonly FoundToken[] | undefined {
  const list = parse(body)
  if (!Array.isArray(list)) return undefined
  const found = new Map<string, FoundToken>()
  for (const each of list) {
    const { token, url, source, type } = Object(each) as Readonly<Record<string, unknown>>
    if (typeof token !== 'string') return undefined
    if (!found.has(token)) found.set(token, { token, url: addressOf(url), source: wordOf(source), type: wordOf(type) })
  }
  return [...found.values()]
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function addressOf(url: unknown): string | null {
  return typeof url === 'string' && /^https?:\/\/[\x21-\x7e]{1,300}$/.test(url) ? url : null
}

function wordOf(text: unknown): string | null {
  return typeof text === 'string' && /^[\w .-]{1,64}$/.test(text) ? text : null
}
