import { hash, timingSafeEqual } from 'node:crypto'
import { importedHashOf, isImportedHash } from './imported-hash.ts'
import type { PepperRing } from './pepper.ts'

/*
 * A tag is 8 bytes of a keyed (or, without pepper, plain) hash of the token. It stands beside the slow hash and is
 * checked first: a wrong secret never reaches argon2, so it costs an attacker's request no more than an honest refusal.
 * For a 256-bit secret the tag gives away nothing that helps to find it. Under a pepper it also names the pepper's
 * fingerprint: with another secret under the same id no tag could match, and that is the server's fault, not the client's.
 */
const tagBytes = 8
const domain = 'claviger tag\0'
const plain = 'sha256$'
const peppered = 'hmac-sha256$'

/**
 * The stored form of a token's tag: `sha256$<tag>`, or `hmac-sha256$<tag>$<fingerprint>` under a pepper. Undefined for
 * an unknown pepper.
 */
export function tagOf(token: string, pepperId: string | null, peppers: PepperRing): string | undefined {
  const bytes = tagBytesOf(token, pepperId, peppers)?.toString('base64url')
  if (bytes === undefined) return undefined
  return pepperId === null ? `${plain}${bytes}` : `${peppered}${bytes}$${peppers.fingerprints.get(pepperId)}`
}

/** The same without a pepper. */
export function plainTagOf(text: string): string {
  return plain + plainBytesOf(text).toString('base64url')
}

/**
 * How a token compares with a stored tag. `unreadable`: it is no tag; `pepper_missing`: its pepper is not in the ring;
 * `pepper_changed`: the ring has another secret under that id.
 */
export type TagComparison = 'same' | 'different' | 'unreadable' | 'pepper_missing' | 'pepper_changed'

/** Compares in constant time. The tag of an imported digest is one of its stored form: no more was known of the token. */
export function compareTag(
  token: string,
  stored: { readonly tag: string; readonly pepperId: string | null; readonly hash?: string },
  peppers: PepperRing,
): TagComparison {
  const { pepperId } = stored
  const tagged = stored.hash !== undefined && isImportedHash(stored.hash) ? importedHashOf(token) : token
  const computed = tagBytesOf(tagged, pepperId, peppers)
  if (computed === undefined) return 'pepper_missing'
  const [, tag = '', fingerprint] = (pepperId === null ? plainForm : pepperedForm).exec(stored.tag) ?? []
  const expected = Buffer.from(tag, 'base64url')
  if (expected.length !== tagBytes) return 'unreadable'
  if (pepperId !== null && fingerprint !== peppers.fingerprints.get(pepperId)) return 'pepper_changed'
  return timingSafeEqual(computed, expected) ? 'same' : 'different'
}

const plainForm = /^sha256\$([\w-]{11})$/
const pepperedForm = /^hmac-sha256\$([\w-]{11})\$([\w-]{8})$/

function tagBytesOf(token: string, pepperId: string | null, peppers: PepperRing): Buffer | undefined {
  if (pepperId === null) return plainBytesOf(token)
  return peppers
    .hmacOf(pepperId)?.(domain + token)
    .subarray(0, tagBytes)
}

function plainBytesOf(text: string): Buffer {
  return hash('sha256', domain + text, 'buffer').subarray(0, tagBytes)
}
