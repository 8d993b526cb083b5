/** What the API said about a refusal, as far as it was understood (RFC 9457). Texts are shortened, and hold no key. */
export interface Problem {
  /** Stable name of the reason, such as `key_expired`. */
  readonly code: string | undefined
  readonly title: string | undefined
  readonly detail: string | undefined
  /** What is wrong with the bytes that were sent, such as `truncated`. */
  readonly hint: string | undefined
  /** The permissions that the request takes. */
  readonly requiredPermissions: readonly string[] | undefined
}

const longestText = 500
const mostPermissions = 50
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const name = /^[A-Za-z0-9_.:-]{1,100}$/

/**
 * Reads the body of a refusal: a problem document, or `{ "error": { "code", "message" } }`, which other APIs send.
 * Undefined where it is neither. Nothing in it is trusted: it is shown to people and written to logs.
 *
 * @param hide blots out the key, in case the answer repeats it
 */
export function readProblem(body: string, hide: (text: string) => string): Problem | undefined {
  const whole = parseObject(body)
  const inner: unknown = whole?.['error']
  const from = isObject(inner) ? inner : whole
  if (from === undefined) return undefined
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? hide(value).replace(unprintable, ' ').slice(0, longestText) : undefined
  const word = (value: unknown): string | undefined =>
    typeof value === 'string' && name.test(value) ? hide(value) : undefined
  const problem: Problem = {
    code: word(from['code']),
    title: text(from['title']),
    detail: text(from['detail'] ?? from['message']),
    hint: word(from['hint']),
    requiredPermissions: listOf(from['requiredPermissions'], word),
  }
  return Object.values(problem).every((value) => value === undefined) ? undefined : Object.freeze(problem)
}

function listOf(value: unknown, word: (value: unknown) => string | undefined): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const words = value.slice(0, mostPermissions).flatMap((each: unknown) => word(each) ?? [])
  return words.length === 0 ? undefined : Object.freeze(words)
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
