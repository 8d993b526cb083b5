import { createHmac, randomBytes } from 'node:crypto'
import { randomTokens } from '../../lib/tokens.mjs'

/** What most tutorials do: HMAC of the token, found in a Map. */
export function prepare(count) {
  const key = randomBytes(32)
  const digest = (token) => createHmac('sha256', key).update(token).digest('hex')
  const tokens = randomTokens(count)
  const known = new Map(tokens.map((token) => [digest(token), { id: token.slice(0, 16) }]))
  return { tokens, verify: (header) => known.get(digest(header.slice(7))) !== undefined }
}
