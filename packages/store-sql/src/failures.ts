import { ConfigurationError, CorruptRecordError, UnavailableError, ValidationError } from '@claviger/core/store'
import type { SqlDialect } from './dialects/dialect.ts'
import { fieldOf } from './dialects/error-field.ts'

/**
 * What a store rejects with. Drivers hang statements, parameters and whole rows on their errors, with hashes in them:
 * only the message and the codes are taken over, and of messages about values only the codes.
 */
export function asUnavailable(dialect: SqlDialect, error: unknown): Error {
  if (isOurs(error)) return error
  const codes = ['code', 'errno', 'sqlState', 'severity', 'rawCode', 'errcode'].flatMap((field) => {
    const value = fieldOf(error, field)
    return typeof value === 'string' || typeof value === 'number' ? [[field, value] as const] : []
  })
  const told = mayQuoteValues(error) ? 'The message is left out: it may quote stored values.' : messageOf(error)
  const cause = Object.assign(new Error(told), Object.fromEntries(codes))
  return new UnavailableError('store', `${dialect.title} did not carry out a statement: ${told}`, { cause })
}

function isOurs(error: unknown): error is Error {
  return [ConfigurationError, CorruptRecordError, UnavailableError, ValidationError].some(
    (kind) => error instanceof kind,
  )
}

function messageOf(error: unknown): string {
  // By shape: under Jest, errors of native drivers and of Node's sockets come from another realm.
  const message = fieldOf(error, 'message')
  return typeof message === 'string' ? message : 'no reason given.'
}

/** Data exceptions and constraint violations; MySQL also quotes the place of a syntax error, and texts it cannot read. */
function mayQuoteValues(error: unknown): boolean {
  const state = String(fieldOf(error, 'sqlState') ?? fieldOf(error, 'code'))
  return /^(?:22|23)\w{3}$/.test(state) || [1064, 1366].includes(Number(fieldOf(error, 'errno')))
}
