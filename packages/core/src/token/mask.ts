import { bodyLength, type TokenGrammar } from './grammar.ts'
import { maskToken } from './token.ts'

// Behind the id, which is public, so much of the secret may stand in a text. What is missing then is 240 bits.
const leastBody = 20
const shownOfBody = 4
const bodyCharacters = /[0-9A-Za-z]*/y

/**
 * Makes a function that blots tokens out of texts, whole ones and ones that lost their end: who knows most of a secret
 * finds the rest, and the check can be computed. What is left of a token tells people which key it was.
 *
 * Linear in the length of the text.
 */
export function tokenMask({ prefixes, environments }: TokenGrammar): (text: string) => string {
  const heads = new RegExp(`(?:${prefixes.join('|')})_(?:${environments.join('|')})_`, 'g')

  return (text) => {
    const starts = Array.from(text.matchAll(heads), ({ index, 0: head }) => ({ index, body: index + head.length }))
    let masked = ''
    let done = 0
    starts.forEach(({ index, body }, position) => {
      // Two tokens may stand without anything between them: the next one's prefix is no part of this one's secret.
      const end = Math.min(bodyEnd(text, body), starts[position + 1]?.index ?? text.length)
      if (end - body < leastBody || index < done) return
      masked += text.slice(done, index) + shownOf(text.slice(index, end), body - index)
      done = end
    })
    return masked + text.slice(done)
  }
}

function bodyEnd(text: string, start: number): number {
  bodyCharacters.lastIndex = start
  const length = bodyCharacters.exec(text)?.[0].length ?? 0
  return start + Math.min(length, bodyLength)
}

function shownOf(token: string, bodyStart: number): string {
  const isWhole = token.length - bodyStart === bodyLength
  return isWhole ? maskToken(token) : `${token.slice(0, bodyStart + shownOfBody)}\u2026`
}
