import { createSecretKey, randomBytes } from 'node:crypto'
import { expressjwt } from 'express-jwt'
import { SignJWT } from 'jose'

/** HS256 with a key object. */
export async function prepare(count) {
  const secret = createSecretKey(randomBytes(32))
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    const token = new SignJWT({ sub: `key_${index}` }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('8h')
    tokens.push(await token.sign(secret))
  }
  const refuse = (_error, _req, res, _next) => void res.status(401).json({ code: 'invalid_key' })
  return { tokens, express: () => [expressjwt({ secret, algorithms: ['HS256'] }), refuse] }
}
