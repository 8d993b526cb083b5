import { createSecretKey, randomBytes } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

/** HS256 with a key object. */
export async function prepare(count) {
  const key = createSecretKey(randomBytes(32))
  const tokens = []
  for (let index = 0; index < count; index += 1) {
    const token = new SignJWT({ sub: `key_${index}` }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('8h')
    tokens.push(await token.sign(key))
  }
  const verify = async (header) => {
    try {
      return (await jwtVerify(header.slice(7), key, { algorithms: ['HS256'] })).payload.sub !== undefined
    } catch {
      return false
    }
  }
  return { tokens, isAsync: true, verify }
}
