import { formatToken } from '../../src/token/token.ts'

/** The same key with another secret: well-formed, check and all. */
export function forged(token: string, secret = 'S'.repeat(43)): string {
  const [prefix = '', environment = '', body = ''] = token.split('_')
  return formatToken({ prefix, environment, id: body.slice(0, 16), secret })
}

/** A well-formed token of an id no one has. */
export function unknown(index = 0): string {
  return formatToken({
    prefix: 'acme',
    environment: 'production',
    id: String(index).padStart(16, '0'),
    secret: 'S'.repeat(43),
  })
}
