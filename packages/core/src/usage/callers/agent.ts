import { mostCallerText } from '../../store/callers.ts'

// A token (RFC 9110, section 5.6.2), and then its version, a space, or the end. Longer ones are no names of programs.
const product = new RegExp(`^([!#$%&'*+.^_\`|~0-9A-Za-z-]{1,${mostCallerText}})(?:[/ \\t]|$)`)
/** What is read of a header. Far more than the first product takes. */
export const mostRead = 256

/**
 * The program that a client names first in `User-Agent` (RFC 9110, section 10.1.5), without its version; null for a header
 * without one, and for one that holds a token. Pure.
 *
 * @param holdsToken whether a text holds a token of ours, or a part of one
 */
export function agentOf(userAgent: unknown, holdsToken: (text: string) => boolean): string | null {
  if (typeof userAgent !== 'string') return null
  const text = userAgent.slice(0, mostRead)
  const name = product.exec(text)?.[1]
  if (name === undefined || holdsToken(name) || holdsToken(text)) return null
  // A part of a text keeps all of it in memory.
  return Buffer.from(name, 'latin1').toString('latin1')
}
