import passport from 'passport'
import { Strategy } from 'passport-http-bearer'
import { randomTokens } from '../../lib/tokens.mjs'

/** passport with a bare Map: no hashing, no state, the raw tokens in memory. */
export function prepare(count) {
  const tokens = randomTokens(count)
  const known = new Map(tokens.map((token) => [token, { id: token.slice(0, 16) }]))
  const instance = new passport.Passport()
  instance.use(new Strategy((token, done) => done(null, known.get(token) ?? false)))
  return { tokens, express: () => [instance.authenticate('bearer', { session: false })] }
}
