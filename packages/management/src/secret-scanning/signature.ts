import { createPublicKey, verify } from 'node:crypto'

const base64 = /^[A-Za-z0-9+/]{1,200}={0,2}$/

/** Whether a header can be a signature at all. */
export function isSignature(text: string | null): text is string {
  return text !== null && base64.test(text)
}

/**
 * Whether a body was signed with the private half of a key: ECDSA with SHA-256, as GitHub signs.
 *
 * @param key the public half, in PEM
 * @throws {TypeError} for a key that is not one of elliptic curves: the host's fault, not the sender's
 */
export function isSigned(body: Uint8Array, signature: string, key: string): boolean {
  const publicKey = createPublicKey(key)
  if (publicKey.asymmetricKeyType !== 'ec') throw new TypeError('Expected a public key of ECDSA.')
  try {
    return verify('sha256', body, publicKey, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
