import { type Actor, ConfigurationError, type Keyring } from '@claviger/core'
import { readLimits } from '@claviger/core/http'
import { consoleAssets } from '../assets/assets.ts'
import type { ConsoleOptions, CreateOptions, Person } from './options.types.ts'
import { parsePresets } from './presets.ts'
import type { CreateSettings, Settings } from './settings.types.ts'
import { themeStyles } from './theme.ts'
import { parseSampleUrls } from './sample-urls.ts'
import { parsePublicPath, parseUrl } from './urls.ts'

const names: readonly (keyof ConsoleOptions)[] = [
  'keyring',
  'authorize',
  'title',
  'appName',
  'workspaceLabel',
  'actorLabel',
  'homeUrl',
  'signInUrl',
  'links',
  'environmentBadge',
  'people',
  'presets',
  'permissionLabels',
  'resourceChoices',
  'create',
  'snippets',
  'readOnly',
  'stepUp',
  'limit',
  'limits',
  'theme',
  'locale',
  'timeZone',
  'publicPath',
  'frameAncestors',
  'trustedOrigins',
  'trustProxyHost',
  'requestId',
  'onError',
  'clock',
]

/** Checks options and fills in defaults. @throws {ConfigurationError} naming the option */
export function resolveConsoleOptions(given: ConsoleOptions<never>): Settings {
  const options = given as unknown as ConsoleOptions
  requireKnown('apiKeyConsole', options, names)
  if (typeof options.authorize !== 'function') {
    throw new ConfigurationError(
      'authorize',
      'apiKeyConsole() needs `authorize`. Without it, anyone who can open this route could create API keys. ' +
        'Return the signed-in user as an actor (with workspaceId and permissions), or null to refuse.',
    )
  }
  if (typeof options.keyring?.as !== 'function') {
    throw new ConfigurationError('keyring', 'apiKeyConsole() needs `keyring`, the result of createKeyring().')
  }
  const { keyring, locale = 'en', timeZone = 'UTC' } = options
  for (const text of [locale, timeZone]) if (typeof text === 'string') requireIntl(locale, timeZone)
  const now = options.clock?.now.bind(options.clock)
  return {
    keyring,
    title: options.title ?? 'API keys',
    appName: options.appName ?? 'this product',
    workspaceLabel: options.workspaceLabel ?? (({ workspaceId }) => workspaceId),
    actorLabel: options.actorLabel,
    homeUrl: parseUrl('homeUrl', options.homeUrl),
    signInUrl: parseUrl('signInUrl', options.signInUrl),
    links: (options.links ?? []).map(({ label, href }, index) => ({
      label,
      href: parseUrl(`links[${index}].href`, href) ?? '',
    })),
    environmentBadge: options.environmentBadge,
    people: peopleFrom(options.people),
    presets: parsePresets(options.presets, keyring.permissions),
    permissionLabels: new Map(Object.entries({ ...ownLabels, ...options.permissionLabels })),
    resourceChoices: options.resourceChoices ?? (() => undefined),
    create: createSettings(options.create ?? {}, keyring),
    snippets: {
      envName: options.snippets?.envName ?? 'API_KEY',
      url: options.snippets?.url ?? 'https://api.example.com/v1/me',
      header: options.snippets?.header ?? 'Authorization',
      urls: parseSampleUrls(options.snippets?.urls ?? {}, keyring.permissions),
    },
    readOnly: options.readOnly === true,
    limits: readLimits(options.limits ?? []),
    theme: { mode: options.theme?.mode ?? 'auto' },
    locale: typeof locale === 'string' ? () => locale : locale,
    timeZone: typeof timeZone === 'string' ? () => timeZone : timeZone,
    publicPath: parsePublicPath(options.publicPath),
    frameAncestors: options.frameAncestors ?? [],
    onError: options.onError ?? warn,
    now: now ?? (() => Date.now()),
    assets: consoleAssets(themeStyles(options.theme ?? {})),
  }
}

// A key that manages keys is powerful: that is said wherever it can be chosen.
const ownLabels = { 'keys:manage': 'lets the key create, change and revoke keys' }

const createNames: readonly (keyof CreateOptions)[] = [
  'owners',
  'name',
  'defaults',
  'expiresInDays',
  'neverExpires',
  'fields',
  'metadata',
  'check',
]

const dayMs = 86_400_000

function createSettings(create: CreateOptions, keyring: Keyring): CreateSettings {
  const longest = keyring.policy.maxLifetimeMs ?? Number.POSITIVE_INFINITY
  requireKnown('create', create, createNames)
  const environment = create.defaults?.environment
  if (environment !== undefined && !keyring.environments.includes(environment)) {
    throw new ConfigurationError(
      'create.defaults.environment',
      `The keyring has no environment "${environment}". It has ${keyring.environments.join(', ')}.`,
    )
  }
  return {
    owners: create.owners ?? ['self', 'service'],
    name: create.name,
    defaults: create.defaults ?? {},
    expiresInDays: (create.expiresInDays ?? [30, 60, 90, 180, 365]).filter((days) => days * dayMs <= longest),
    neverExpires: (create.neverExpires ?? true) && keyring.policy.maxLifetimeMs === null,
    fields: create.fields ?? [],
    metadata: create.metadata,
    check: create.check,
  }
}

function peopleFrom(people: ConsoleOptions['people']): Settings['people'] {
  return async (ids, actor: Actor) => {
    const found = people === undefined || ids.length === 0 ? {} : await people(ids, actor)
    return new Map(
      Object.entries(found).map(([id, person]): [string, Person] => [
        id,
        typeof person === 'string' ? { name: person } : person,
      ]),
    )
  }
}

function requireKnown(where: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError(where, `Expected the options of ${where} to be an object.`)
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new ConfigurationError(name, `${where} has no option "${name}". It has ${known.join(', ')}.`)
    }
  }
}

function requireIntl(locale: unknown, timeZone: unknown): void {
  const check = (option: string, make: () => unknown): void => {
    try {
      make()
    } catch (cause) {
      throw new ConfigurationError(option, `This Node does not know the ${option} of apiKeyConsole().`, { cause })
    }
  }
  if (typeof locale === 'string') check('locale', () => new Intl.NumberFormat(locale))
  if (typeof timeZone === 'string') check('timeZone', () => new Intl.DateTimeFormat('en', { timeZone }))
}

function warn(error: unknown, during: string, requestId: string): void {
  const said = error instanceof Error ? error.message : 'something that is not an error was thrown'
  process.emitWarning(`${during} failed in request ${requestId}: ${said}`, { code: 'CLAVIGER_CONSOLE' })
}
