import { hash, timingSafeEqual } from 'node:crypto'
import { base62Alphabet } from '../token/base62.ts'
import { idLength } from '../token/grammar.ts'

/*
 * What is stored of a token that was issued elsewhere, until it is used for the first time: the SHA-256 that came with
 * it. It verifies only: nothing new is ever hashed this way, and the first use replaces it.
 */

/** What such a stored hash begins with; behind it stands the digest in base64url. */
const importedPrefix = '$sha256$'
const digestBytes = 32
const idDomain = Buffer.from('claviger imported id\0')
const base = BigInt(base62Alphabet.length)

/** Whether a stored hash is an imported digest that no use has replaced yet. */
export function isImportedHash(stored: string): boolean {
  return stored.startsWith(importedPrefix)
}

/** The stored form of a digest. */
export function importedHash(digest: Buffer): string {
  return importedPrefix + digest.toString('base64url')
}

/** The SHA-256 of the part of a token that its issuer has hashed. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** The stored form of a secret, to compare with. */
export function importedHashOf(secret: string): string {
  return importedHash(digestOf(secret))
}

/** Compares in constant time. */
export function compareImported(secret: string, stored: string): 'same' | 'different' | 'unreadable' {
  const expected = Buffer.from(stored.slice(importedPrefix.length), 'base64url')
  if (expected.length !== digestBytes) return 'unreadable'
  return timingSafeEqual(digestOf(secret), expected) ? 'same' : 'different'
}

/**
 * The id of an imported key: 16 base62 characters of a hash of the digest. The id, which is public, reveals nothing about the
 * digest; and a digest that is sent as a token leads to another id.
 */
export function importedKeyId(digest: Buffer): string {
  const bytes = hash('sha256', Buffer.concat([idDomain, digest]), 'buffer')
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let id = ''
  while (id.length < idLength) {
    id += base62Alphabet.charAt(Number(rest % base))
    rest /= base
  }
  return id
}
