import { ValidationError } from '@claviger/core/store'

const maxLength = 255

/**
 * Whether every database stores this text exactly and compares it by nothing but its characters: PostgreSQL has no NUL,
 * and halves of surrogate pairs have no UTF-8, so that two different ones would be stored as the same.
 */
export function isStorable(text: string): boolean {
  return text.length <= maxLength && !/[\0\p{Surrogate}]/u.test(text)
}

/**
 * @throws {ValidationError} for a text that a column could not give back as it came
 */
export function requireStorable(text: string, field: string): void {
  if (isStorable(text)) return
  throw new ValidationError(
    field,
    `${field} must be well-formed text of at most ${maxLength} characters without NUL: a SQL database stores no other.`,
  )
}

/** The form of a key id. Nothing else is ever stored as one. */
export function isKeyId(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9A-Za-z]{16}$/.test(text)
}
