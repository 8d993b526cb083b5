import type { HiddenApiKey } from '../key/hidden-key.ts'

const mostObjects = 2_000

/** Makes a function that replaces a key in texts by its shortened form. */
export function hider(key: HiddenApiKey): (text: string) => string {
  const token = key.reveal()
  return (text) => text.replaceAll(token, key.masked)
}

/**
 * The error of a fetch, for callers that will log it. It is returned as it is unless it repeats the key, as the complaint
 * about a header may: then another one takes its place.
 */
export function withoutKey(error: unknown, hide: (text: string) => string): unknown {
  if (!repeatsKey(error, hide)) return error
  const { name, message } = Object(error) as { readonly name?: unknown; readonly message?: unknown }
  return new TypeError(`The request failed (${hide(String(name))}): ${hide(String(message ?? error))}`)
}

/** Looks through everything that a log would show of an error, within bounds. */
function repeatsKey(error: unknown, hide: (text: string) => string): boolean {
  const seen = new Set<unknown>()
  const visit = (value: unknown): boolean => {
    if (typeof value === 'string') return hide(value) !== value
    if (typeof value !== 'object' || value === null || seen.has(value) || seen.size >= mostObjects) return false
    seen.add(value)
    const parts = value instanceof Headers ? Array.from(value.values()) : ownValues(value)
    return parts.some(visit)
  }
  return visit(error)
}

function ownValues(value: object): unknown[] {
  // Accessors are not called: they may do anything.
  return Reflect.ownKeys(value).map((name) => {
    const { value: held }: { value?: unknown } = Object.getOwnPropertyDescriptor(value, name) ?? {}
    return held
  })
}
