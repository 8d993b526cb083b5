import { crc32 } from 'node:zlib'

/*
 * Tokens as the grammar has them, written here once more: lab_<environment>_<id 16><secret 43><check 6>.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** What can be wrong with a token. `cut` to `elsewhere` break its form; `id` to `swapped` leave it well-formed. */
export const alterations = ['cut', 'typo', 'foreign', 'elsewhere', 'id', 'secret', 'swapped'] as const
export type Alteration = (typeof alterations)[number]

/** The answer for a malformed token. */
export const hints: Readonly<Partial<Record<Alteration, string>>> = {
  cut: 'truncated',
  typo: 'checksum',
  foreign: 'foreign_prefix',
  elsewhere: 'unknown_environment',
}

export function altered(token: string, alteration: Alteration): string {
  const [prefix = '', environment = '', body = ''] = token.split('_')
  const id = body.slice(0, 16)
  const secret = body.slice(16, -6)
  switch (alteration) {
    case 'cut':
      return token.slice(0, -1)
    case 'typo':
      return token.slice(0, -1) + other(token.at(-1))
    case 'foreign':
      return written('acme', environment, id + secret)
    case 'elsewhere':
      return written(prefix, 'moon', id + secret)
    case 'id':
      return written(prefix, environment, other(id[0]) + id.slice(1) + secret)
    case 'secret':
      return written(prefix, environment, id + secret.slice(0, -1) + other(secret.at(-1)))
    case 'swapped':
      return written(prefix, environment === 'ci' ? 'production' : 'ci', id + secret)
  }
}

function written(prefix: string, environment: string, body: string): string {
  const unchecked = `${prefix}_${environment}_${body}`
  let check = ''
  for (let rest = crc32(unchecked); rest > 0; rest = Math.floor(rest / 62)) check = digits.charAt(rest % 62) + check
  return unchecked + check.padStart(6, '0')
}

function other(character = '0'): string {
  return character === 'a' ? 'b' : 'a'
}
