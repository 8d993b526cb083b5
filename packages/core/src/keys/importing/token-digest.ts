import { ValidationError } from '../../errors/errors.ts'

const hex = /^[0-9a-f]{64}$/i
const base64 = /^(?:[0-9A-Za-z+/]{43}=?|[0-9A-Za-z_-]{43}=?)$/

/** Reads a SHA-256 in hex, base64 or base64url, with or without padding. @throws {ValidationError} */
export function parseDigest(value: unknown): Buffer {
  const digest = typeof value === 'string' ? bytesOf(value) : undefined
  if (digest !== undefined) return digest
  throw new ValidationError(
    'tokenSha256',
    'Expected tokenSha256 to be the SHA-256 of a token: 64 characters of hex, or 43 of base64 or base64url.',
  )
}

function bytesOf(text: string): Buffer | undefined {
  if (hex.test(text)) return Buffer.from(text, 'hex')
  if (!base64.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  // The last of 43 characters holds four bits: others in it would be another spelling of the same digest.
  const isExact = bytes.toString('base64url') === text.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_')
  return bytes.length === 32 && isExact ? bytes : undefined
}
