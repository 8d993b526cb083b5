import { maskToken, readToken } from './token-form.ts'

/**
 * An API key that hides itself: what prints it, such as `console.log`, `JSON.stringify` and a template literal, gets
 * its shortened form. Only `reveal()` gives the key.
 */
export interface HiddenApiKey {
  /** What may be shown: prefix, environment and a few characters of it. */
  readonly masked: string
  /** The environment it belongs to; undefined for a key of another form. */
  readonly environment: string | undefined
  /** The environment variable it was read from; undefined for a key that was passed directly. */
  readonly variable: string | undefined
  /** The key itself, for code that needs it as a text. Do not log it. */
  reveal(): string
  /** The shortened form. It cannot be sent in a header by mistake: the ellipsis in it is refused there. */
  toString(): string
  /** The shortened form. */
  toJSON(): string
}

const nodeInspect = Symbol.for('nodejs.util.inspect.custom')
const denoInspect = Symbol.for('Deno.customInspect')

/** Hides a text that was found to be a key. */
export function hideKey(token: string, variable?: string): HiddenApiKey {
  const parts = readToken(token)
  const masked = parts === undefined ? `\u2026 (an API key of ${token.length} characters)` : maskToken(token)
  const show = (): string => masked
  const key: HiddenApiKey = {
    masked,
    environment: parts?.environment,
    variable,
    reveal: () => token,
    toString: show,
    toJSON: show,
  }
  const inspect = { value: (): string => `[API key ${masked}]`, enumerable: false }
  return Object.freeze(Object.defineProperties(key, { [nodeInspect]: inspect, [denoInspect]: inspect }))
}

/** Whether a value is a hidden key, perhaps of another copy of this package. */
export function isHiddenKey(value: unknown): value is HiddenApiKey {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function'
}
