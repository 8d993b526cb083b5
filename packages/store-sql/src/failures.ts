import { ConfigurationError, CorruptRecordError, UnavailableError, ValidationError } from '@claviger/core/store'
import { fieldOf, type SqlDialect } from './database/dialect.ts'

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
  const told = toldBy(error)
  const cause = Object.assign(new Error(told), Object.fromEntries(codes))
  const advice = adviceFor(error)
  const what =
    advice === undefined ? `${dialect.title} did not carry out a statement` : `${dialect.title} cannot be used`
  return new UnavailableError('store', `${what}: ${told}${advice === undefined ? '' : ` ${advice}`}`, { cause })
}

/** What a driver said, as far as it may be passed on. */
export function toldBy(error: unknown): string {
  return sentence(mayQuoteValues(error) ? 'The message is left out: it may quote stored values' : messageOf(error))
}

/** What to do about a connection that does not come to be. By codes of the system, PostgreSQL and MySQL. */
const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Is the server running, and are host and port right?',
  ENOTFOUND: 'There is no such host. Is the name right?',
  ETIMEDOUT: 'The host does not answer. Is a firewall in between?',
  EHOSTUNREACH: 'The host cannot be reached from here.',
  '28P01': 'User or password are wrong.',
  '28000': 'This user may not connect from here.',
  ER_ACCESS_DENIED_ERROR: 'User or password are wrong.',
  '3D000': 'The database does not exist: create it, or correct the connection.',
  ER_BAD_DB_ERROR: 'The database does not exist: create it, or correct the connection.',
  ER_DBACCESS_DENIED_ERROR: 'This user may not use the database: grant it.',
  ER_NO_DB_ERROR: 'The connection names no database: add one to it.',
  '53300': 'Too many connections are open. Make the pools smaller, or the server allow more.',
  ER_CON_COUNT_ERROR: 'Too many connections are open. Make the pools smaller, or the server allow more.',
  '57P03': 'The server is starting or stopping.',
}

function adviceFor(error: unknown): string | undefined {
  const code = fieldOf(error, 'code') ?? fieldOf(firstOf(error), 'code')
  return typeof code === 'string' && Object.hasOwn(remedies, code) ? remedies[code] : undefined
}

/** Of several failed attempts, as with a name that has two addresses, the first. */
function firstOf(error: unknown): unknown {
  const errors = fieldOf(error, 'errors')
  return Array.isArray(errors) ? errors[0] : undefined
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function isOurs(error: unknown): error is Error {
  return [ConfigurationError, CorruptRecordError, UnavailableError, ValidationError].some(
    (kind) => error instanceof kind,
  )
}

function messageOf(error: unknown): string {
  // By shape: under Jest, errors of native drivers and of Node's sockets come from another realm.
  const messages = [error, firstOf(error)].map((each) => fieldOf(each, 'message'))
  return (
    messages.find((message): message is string => typeof message === 'string' && message !== '') ?? 'no reason given.'
  )
}

/** Data exceptions and constraint violations; MySQL also quotes the place of a syntax error, and texts it cannot read. */
function mayQuoteValues(error: unknown): boolean {
  const state = String(fieldOf(error, 'sqlState') ?? fieldOf(error, 'code'))
  return /^(?:22|23)\w{3}$/.test(state) || [1064, 1366].includes(Number(fieldOf(error, 'errno')))
}
