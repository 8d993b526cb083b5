import type { ImportedTokens } from '../imported/imported-tokens.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import { parseToken } from '../token/token.ts'
import type { Refused } from '../verification/verification.ts'

/** What a text stands for: the key it names, and what of it is proven. */
export interface PresentedToken {
  readonly ok: true
  readonly id: string
  /** The whole of a token of ours; of an imported one, what its issuer has hashed. */
  readonly secret: string
}

export const invalidKey: Refused = Object.freeze({ ok: false, code: 'invalid_key' })

/** Makes the first look at a text: from its bytes alone. Ours come first; what remains may be an imported token. */
export function createPresent(
  grammar: TokenGrammar,
  imported: Pick<ImportedTokens, 'read'>,
): (text: string) => PresentedToken | Refused {
  return (text) => {
    const parsed = parseToken(text, grammar)
    if (parsed.ok) return { ok: true, id: parsed.parts.id, secret: text }
    const token = imported.read(text)
    if (token === undefined) return { ok: false, code: 'malformed_key', hint: parsed.hint }
    return token === 'over' ? invalidKey : { ok: true, id: token.id, secret: token.secret }
  }
}
