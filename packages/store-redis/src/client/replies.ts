import { UnavailableError } from '@claviger/core/store'

/** Reads a reply that must be a list. */
export function listReply(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw new UnavailableError('store', 'Redis gave an answer that the store does not understand.')
}

/** Reads a reply that must be a list of texts. */
export function textsReply(reply: unknown): readonly string[] {
  return listReply(reply).map((item) => textReply(item))
}

/** Reads a reply that must be a list of texts, with null for what is not there. */
export function optionalTextsReply(reply: unknown): readonly (string | null)[] {
  return listReply(reply).map((item) => (item === null ? null : textReply(item)))
}

/** Reads a reply that must be a text. */
export function textReply(reply: unknown): string {
  if (typeof reply === 'string') return reply
  throw new UnavailableError('store', 'Redis gave an answer that the store does not understand.')
}

/** Reads a reply that must be a number. */
export function numberReply(reply: unknown): number {
  const number = typeof reply === 'string' ? Number(reply) : reply
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw new UnavailableError('store', 'Redis gave an answer that the store does not understand.')
}
