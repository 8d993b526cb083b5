import { createSecretKey, randomBytes } from 'node:crypto'
import { expressjwt } from 'express-jwt'
import { SignJWT } from 'jose'

/** HS256 with a key object, which spares it making one for each request. */
export async function prepare(count) {
  const secret = createSecretKey(randomBytes(32))
  const middleware = expressjwt({ secret, algorithms: ['HS256'] })
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    const token = new SignJWT({ sub: `key_${index}` }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('8h')
    tokens.push(await token.sign(secret))
  }
  const verify = (header) =>
    new Promise((resolve) => {
      void middleware({ method: 'GET', headers: { authorization: header } }, {}, (error) =>
        resolve(error === undefined),
      )
    })
  return { tokens, isAsync: true, verify }
}
