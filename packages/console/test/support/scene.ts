import {
  type Actor,
  createKeyring,
  definePermissions,
  type ImportedTokenOptions,
  type Keyring,
  type KeyManager,
  type KeyringOptions,
  type MemberActor,
  systemActor,
} from '@claviger/core'
import type { CallerEntry } from '@claviger/core/store'
import { type ApiKeyConsole, apiKeyConsole, type ConsoleOptions } from '@claviger/console'
import { memoryStore } from '@claviger/store-memory'
import { type TestClock, testClock, testUsageEntry } from '@claviger/testing'

/** The start of the story, and now. */
export const now = Date.UTC(2030, 5, 12, 10)

const permissions = definePermissions({
  prompts: ['list', 'read', 'write'],
  runs: ['read', 'create'],
  billing: ['read'],
})

/** What keys of the scene can be allowed to do. */
export type Permission = (typeof permissions.names)[number]

/** An admin, a developer who holds less, and an admin of another workspace. */
export const ada: MemberActor = {
  type: 'user',
  id: 'ada',
  workspaceId: 'acme',
  permissions: ['*:*', 'keys:manage'],
  can: { listAll: true, manageServiceAccounts: true },
}
export const grace: MemberActor = {
  type: 'user',
  id: 'grace',
  workspaceId: 'acme',
  permissions: ['prompts:list', 'prompts:read', 'runs:read'],
}
export const stranger: MemberActor = { ...ada, id: 'eve', workspaceId: 'globex' }

/** A console, asked as a browser asks it. */
export interface Scene {
  readonly keyring: Keyring<Permission>
  readonly clock: TestClock
  readonly keys: KeyManager<Permission>
  readonly page: ApiKeyConsole
  /** Everything that was reported to the host. */
  readonly faults: unknown[]
  as(actor: Actor | null): Browser
}

/** Someone who looks at pages. */
export interface Browser {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  post(path: string, fields: Fields, headers?: Readonly<Record<string, string>>, isBare?: boolean): Promise<Reply>
}

/** Fields of a form. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

/** What came back. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** Where a redirect leads, below the mount. */
  readonly location: string | null
}

/** Where the scene mounts the console. */
const base = '/settings/api-keys'

/** Makes a console on an empty store. */
export function scene(
  options: Partial<ConsoleOptions<Permission>> & {
    readonly store?: ReturnType<typeof memoryStore>
    readonly onEvent?: (event: unknown) => void
    /** The declared types of resources. */
    readonly resources?: readonly string[]
    /** What tokens look like that were issued elsewhere. */
    readonly importedTokens?: ImportedTokenOptions
    readonly usage?: KeyringOptions['usage']
  } = {},
): Scene {
  const { store = memoryStore(), onEvent, resources = [], importedTokens, usage, ...own } = options
  const clock = testClock(now)
  const faults: unknown[] = []
  const keyring = createKeyring({
    prefix: 'acme',
    store,
    permissions,
    resources,
    importedTokens,
    defaultPermissions: ['prompts:list', 'prompts:read'],
    environments: ['production', 'development'],
    resolveOwner: ({ owner }) =>
      owner.id === 'gone' ? null : owner.id === 'grace' ? grace.permissions : ada.permissions,
    clock,
    usage,
    onError: (fault) => void faults.push(fault),
    ...(onEvent !== undefined && { onEvent }),
  })
  let who: Actor | null = ada
  const page = apiKeyConsole({
    keyring,
    appName: 'Acme',
    authorize: () => who,
    clock,
    onError: (error) => void faults.push(error),
    ...own,
  })
  const ask = async (actor: Actor | null, path: string, init: RequestInit): Promise<Reply> => {
    who = actor
    const request = new Request(`http://console.test${path}`, init)
    const response = await page.fetch(request, { originalUrl: `${base}${path}` })
    const location = response.headers.get('location')
    const target = location === null ? null : new URL(location, `http://console.test${base}${path}`)
    return {
      status: response.status,
      headers: response.headers,
      html: await response.text(),
      location: target === null ? null : `${target.pathname}${target.search}`.replace(base, ''),
    }
  }
  return {
    keyring,
    page,
    clock,
    faults,
    keys: keyring.as(systemActor('acme')),
    as: (actor) => ({
      get: (path, headers = {}) => ask(actor, path, { headers }),
      post: (path, fields, headers = {}, isBare = false) =>
        ask(actor, path, {
          method: 'POST',
          body: new URLSearchParams(
            Object.entries(fields).flatMap(([name, value]) =>
              [value].flat().map((one): [string, string] => [name, one]),
            ),
          ).toString(),
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            ...(!isBare && { 'sec-fetch-site': 'same-origin' }),
            ...headers,
          },
        }),
    }),
  }
}

/** Counts uses of a key, as they would have come from requests a minute ago. */
export function used(
  keyId: string,
  requests: number,
  sequence = 1,
): Parameters<NonNullable<ReturnType<typeof memoryStore>['addUsage']>>[0] {
  const hour = Math.floor((now - 3_600_000) / 3_600_000) * 3_600_000
  const entry = testUsageEntry({
    workspaceId: 'acme',
    keyId,
    hour,
    requests,
    allowed: requests - 1,
    denied: { 'insufficient_permission runs:create': 1 },
    lastUsedAt: now - 60_000,
  })
  return { instanceId: 'test', sequence, entries: [entry] }
}

/** Someone who used a secret of a key of the workspace, a few minutes ago. */
export function called(
  keyId: string,
  minutesAgo: number,
  more: Partial<CallerEntry> = {},
  at: number = now,
): CallerEntry {
  const lastUsedAt = at - minutesAgo * 60_000
  return { workspaceId: 'acme', keyId, version: 1, network: '10.2.0.0/16', agent: 'node', lastUsedAt, ...more }
}

/** The value of a hidden or written field on a page. */
export function fieldOf({ html }: Reply, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
}

/** The token on a page; undefined for none. */
export function tokenOf({ html }: Reply): string | undefined {
  return /acme_(?:production|development)_[\w-]{40,}/.exec(html)?.[0]
}
