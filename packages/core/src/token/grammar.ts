/** Which tokens a keyring reads. */
export interface TokenGrammar {
  /** Accepted prefixes; the first is the one new tokens get. */
  readonly prefixes: readonly [string, ...string[]]
  /** Accepted environments, whether or not keys of them are made now. */
  readonly environments: readonly string[]
}

/** Key id, in characters. */
export const idLength = 16
/** Secret, in characters: 256 bits. */
export const secretLength = 43
/** CRC-32 in base62. */
export const checkLength = 6
/** Everything behind the last `_`. */
export const bodyLength = 65
/** The longest token, in characters. Longer credentials are refused unread. */
export const maxTokenLength = 128
/** The longest header field that is read, in characters: the longest token, `Bearer` before it, and some spaces. */
export const maxFieldLength: number = maxTokenLength + 32
