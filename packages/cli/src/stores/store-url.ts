import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CliError } from '../exits/cli-error.ts'

/** A store, by its URL. */
export type StoreUrl =
  | { readonly kind: 'redis' | 'postgres' | 'mysql'; readonly url: string }
  | { readonly kind: 'sqlite'; readonly file: string }

const kinds: Readonly<Record<string, 'redis' | 'postgres' | 'mysql'>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

/**
 * Reads the URL of a store. Pure.
 *
 * @param directory relative files start here
 * @throws {CliError} for another text, without repeating it: it may hold a password
 */
export function parseStoreUrl(text: string, directory: string): StoreUrl {
  const file = sqliteFile(text, directory)
  if (file !== undefined) return { kind: 'sqlite', file }
  const protocol = /^[a-z][a-z0-9+.-]*:/i.exec(text)?.[0].toLowerCase() ?? ''
  const kind = kinds[protocol]
  if (kind !== undefined && URL.canParse(text)) {
    return { kind, url: protocol === 'mariadb:' ? text.replace(/^mariadb:/i, 'mysql:') : text }
  }
  throw new CliError(
    'usage',
    'store_url',
    kind === undefined ? 'The store is given by no URL that is known.' : `The ${kind} URL of the store cannot be read.`,
    'Write redis://host:6379, postgres://user@host/database, mysql://user@host/database or sqlite:keys.db.',
  )
}

/** `sqlite:keys.db`, `sqlite:./keys.db`, `sqlite:/var/keys.db`, `sqlite:///var/keys.db`, `file:...` */
function sqliteFile(text: string, directory: string): string | undefined {
  const [, protocol, rest = ''] = /^(sqlite|file):(.*)$/is.exec(text) ?? []
  if (protocol === undefined || rest === '' || rest.includes(':memory:')) return undefined
  if (rest.startsWith('///')) return fileURLToPath(`file:${rest}`)
  return resolve(directory, rest.startsWith('//') ? rest.slice(2) : rest)
}

/** A URL as it may be shown: without user, password and query. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
