import passport from 'passport'
import { Strategy } from 'passport-http-bearer'
import { randomTokens } from '../../lib/tokens.mjs'

/** passport with a bare Map: no hashing, no state, the raw tokens in memory. */
export function prepare(count) {
  const tokens = randomTokens(count)
  const known = new Map(tokens.map((token) => [token, { id: token.slice(0, 16) }]))
  const instance = new passport.Passport()
  instance.use(new Strategy((token, done) => done(null, known.get(token) ?? false)))
  const middleware = instance.authenticate('bearer', { session: false })
  return {
    tokens,
    verify(header) {
      let isAccepted = false
      const response = { setHeader() {}, end() {} }
      middleware({ headers: { authorization: header }, query: {} }, response, (error) => {
        isAccepted = error === undefined
      })
      return isAccepted
    },
  }
}
