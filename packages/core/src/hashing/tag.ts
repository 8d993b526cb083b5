import { hash, timingSafeEqual } from 'node:crypto'
import type { PepperRing } from './pepper.ts'

/*
 * A tag is 8 bytes of a keyed (or, without pepper, plain) hash of the token. It stands beside the slow hash and is
 * checked first: a wrong secret never reaches argon2, so it costs an attacker's request no more than an honest refusal.
 * For a 256-bit secret the tag gives away nothing that helps to find it.
 */
const tagBytes = 8
const domain = 'claviger tag\0'

/** The stored form of a token's tag under a pepper: `sha256$…` or `hmac-sha256$…`. Undefined for an unknown pepper. */
export function tagOf(token: string, pepperId: string | null, peppers: PepperRing): string | undefined {
  const bytes = tagBytesOf(token, pepperId, peppers)
  return bytes && `${algorithmOf(pepperId)}$${bytes.toString('base64url')}`
}

/** How a token compares with a stored tag. `unreadable`: it is no tag; `pepper_missing`: its pepper is not in the ring. */
export type TagComparison = 'same' | 'different' | 'unreadable' | 'pepper_missing'

/** Compares in constant time. */
export function compareTag(
  token: string,
  stored: { readonly tag: string; readonly pepperId: string | null },
  peppers: PepperRing,
): TagComparison {
  const computed = tagBytesOf(token, stored.pepperId, peppers)
  const algorithm = algorithmOf(stored.pepperId)
  if (computed === undefined) return 'pepper_missing'
  if (!stored.tag.startsWith(`${algorithm}$`)) return 'unreadable'
  const expected = Buffer.from(stored.tag.slice(algorithm.length + 1), 'base64url')
  if (expected.length !== tagBytes) return 'unreadable'
  return timingSafeEqual(computed, expected) ? 'same' : 'different'
}

function algorithmOf(pepperId: string | null): string {
  return pepperId === null ? 'sha256' : 'hmac-sha256'
}

function tagBytesOf(token: string, pepperId: string | null, peppers: PepperRing): Buffer | undefined {
  if (pepperId === null) return hash('sha256', domain + token, 'buffer').subarray(0, tagBytes)
  return peppers
    .hmacOf(pepperId)?.(domain + token)
    .subarray(0, tagBytes)
}
