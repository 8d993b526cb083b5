import { SetupError } from '../errors/errors.ts'
import { numberWithin, readOptions } from '../options.ts'
import { type GuideEntry, readEntries } from './guide-entry.ts'
import { type GuideLimit, type LimitFacts, readLimits } from './guide-limit.ts'

export type { GuideEntry, GuideLimit }

/** What `usersGuide` fills in. */
export interface UsersGuideOptions {
  /** What your customers call you: `Acme`. */
  readonly product: string
  /** Where your API is: `https://api.acme.example/v1`. */
  readonly baseUrl: string
  /** The prefix of your keys: `acme`. */
  readonly prefix: string
  /** The permissions that customers choose from: names, as in `permissions.names`, or names with a description. */
  readonly permissions: readonly (string | GuideEntry)[]
  /** The environments of your keys: names, or names with a description. */
  readonly environments: readonly (string | GuideEntry)[]
  /** A path below the base URL that answers a key's GET with JSON. The snippets call it. Default `/`. */
  readonly path?: string | undefined
  /** The environment variable. Default: the prefix in capitals with `_API_KEY`, such as `ACME_API_KEY`. */
  readonly variable?: string | undefined
  /** The header that may carry the bare key besides `Authorization`, if `authenticate({ header })` is set. */
  readonly header?: string | undefined
  /** The page where customers create keys. Default: a phrase that names it. */
  readonly keysPage?: string | undefined
  /** Where customers get help: an e-mail address or a URL. */
  readonly support?: string | undefined
  /** When keys should be rotated, in days. Default 90, as `policy.rotateAfter`. */
  readonly rotateEveryDays?: number | undefined
  /** How long the old secret works after a rotation, as you write it. Default `24 hours`. */
  readonly overlap?: string | undefined
  /** The client package as your customers install it. Default `@claviger/client`. */
  readonly client?: string | undefined
  /** The types of resources that customers limit keys to: names, as `createKeyring` got them, or names with a description. */
  readonly resources?: readonly (string | GuideEntry)[] | undefined
  /** Whether customers can limit keys to addresses. Default `false`. */
  readonly addresses?: boolean | undefined
  /** The limits of your API. Default: none. */
  readonly limits?: readonly GuideLimit[] | undefined
  /**
   * Whether keys that were issued elsewhere still work, as `importedTokens` of `createKeyring` says: the form they have, and
   * when they end. Default `false`.
   */
  readonly importedKeys?:
    | boolean
    | { readonly pattern?: RegExp | undefined; readonly until?: Date | undefined }
    | undefined
}

/** The same, checked, with every default filled in. */
export interface GuideFacts {
  readonly product: string
  readonly baseUrl: string
  readonly path: string
  readonly url: string
  readonly prefix: string
  readonly permissions: readonly Required<GuideEntry>[]
  readonly environments: readonly Required<GuideEntry>[]
  readonly variable: string
  readonly header: string | undefined
  readonly keysPage: string
  readonly support: string
  readonly rotateEveryDays: number
  readonly overlap: string
  readonly client: string
  readonly resources: readonly Required<GuideEntry>[]
  readonly addresses: boolean
  readonly limits: readonly LimitFacts[]
  /** Undefined where there are none. */
  readonly importedKeys: { readonly pattern: string | undefined; readonly until: Date | undefined } | undefined
}

const names = [
  'product',
  'baseUrl',
  'prefix',
  'permissions',
  'environments',
  'path',
  'variable',
  'header',
  'keysPage',
  'support',
  'rotateEveryDays',
  'overlap',
  'client',
  'resources',
  'addresses',
  'limits',
  'importedKeys',
] as const

const printable = /^[\u0020-\u007e]{1,500}$/

// All of these go into snippets that people paste into shells and programs: nothing in them may end a quote or a line.
const forms = {
  product: [/^[\p{L}\p{N}][\p{L}\p{N} .,&'+-]{0,59}$/u, 'a short name such as "Acme"'],
  baseUrl: [/^https?:\/\/[A-Za-z0-9.:[\]-]+(?:\/[\w.~-]+)*\/?$/, 'a URL such as "https://api.acme.example/v1"'],
  prefix: [/^[a-z][a-z0-9]{0,15}$/, 'the prefix of your keys, such as "acme"'],
  path: [/^\/(?:[\w.~-]+(?:\/[\w.~-]+)*\/?)?$/, 'a path such as "/prompts"'],
  variable: [/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'the name of a variable such as "ACME_API_KEY"'],
  header: [/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'the name of a header such as "X-API-Key"'],
  keysPage: [/^https?:\/\/[\w.:/~?&=#%+-]+$/, 'a URL such as "https://acme.example/settings/api-keys"'],
  support: [/^(?:https?:\/\/[\w.:/~?&=#%+-]+|[\w.+-]+@[\w.-]+)$/, 'an e-mail address or a URL'],
  overlap: [/^[\p{L}\p{N} ]{1,40}$/u, 'a text such as "24 hours"'],
  client: [/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/, 'the name of a package such as "@acme/client"'],
} as const

/** Reads the options. */
export function readGuideOptions(options: UsersGuideOptions): GuideFacts {
  const given = readOptions<UsersGuideOptions>('usersGuide', options, names)
  const text = (option: keyof typeof forms, byDefault?: string): string => {
    const [form, wanted] = forms[option]
    const value: unknown = given[option] ?? byDefault
    if (typeof value === 'string' && form.test(value)) return value
    throw new SetupError(option, `usersGuide expects ${option} to be ${wanted}.`)
  }
  const prefix = text('prefix')
  const baseUrl = text('baseUrl').replace(/\/$/, '')
  const path = text('path', '/')
  const { keysPage, support, header, resources, addresses, limits, importedKeys } = given
  return {
    product: text('product'),
    baseUrl,
    path,
    url: baseUrl + path,
    prefix,
    permissions: readEntries('permissions', given.permissions),
    environments: readEntries('environments', given.environments),
    variable: text('variable', `${prefix.toUpperCase()}_API_KEY`),
    header: header === undefined ? undefined : text('header'),
    keysPage: keysPage === undefined ? '*Settings, API keys*' : `[Settings, API keys](${text('keysPage')})`,
    support: support === undefined ? 'support' : supportLink(text('support')),
    rotateEveryDays: numberWithin('rotateEveryDays', given.rotateEveryDays, { byDefault: 90, least: 1, most: 3650 }),
    overlap: text('overlap', '24 hours'),
    client: text('client', '@claviger/client'),
    resources: resources === undefined || resources.length === 0 ? [] : readEntries('resources', resources),
    addresses: flag('addresses', addresses),
    limits: readLimits(limits),
    importedKeys: readImported(importedKeys),
  }
}

function flag(option: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value === true
  throw new SetupError(option, `usersGuide expects ${option} to be true or false.`)
}

function readImported(given: UsersGuideOptions['importedKeys']): GuideFacts['importedKeys'] {
  if (typeof given !== 'object' || given === null) {
    return flag('importedKeys', given) ? { pattern: undefined, until: undefined } : undefined
  }
  const { pattern, until } = readOptions<Exclude<typeof given, boolean>>('usersGuide.importedKeys', given, [
    'pattern',
    'until',
  ])
  if (until !== undefined && !(until instanceof Date && !Number.isNaN(until.getTime()))) {
    throw new SetupError('importedKeys', 'usersGuide expects importedKeys.until to be a valid Date.')
  }
  // It goes into a program: on one line, as a literal.
  if (pattern !== undefined && !(pattern instanceof RegExp && printable.test(String(pattern)))) {
    throw new SetupError('importedKeys', 'usersGuide expects importedKeys.pattern to be a regular expression in ASCII.')
  }
  return { pattern: pattern && String(pattern), until }
}

function supportLink(support: string): string {
  return support.includes('://') ? `[support](${support})` : `[support](mailto:${support})`
}
