import {
  type Abilities,
  type Actor,
  type CreatedKey,
  type CreateKeyInput,
  createKeyring,
  definePermissions,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  systemActor,
} from '@claviger/core'
import { memoryStore } from '@claviger/store-memory'
import { type TestClock, testClock } from '@claviger/testing'
import { type ManagementApi, type ManagementFailure, type ManagementOptions, managementApi } from '../../src/index.ts'

/** What one request came to. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // Tests reach into answers of every shape.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

/** One request of a test. */
export interface Ask {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Sends a request to an API, however that is served. */
export type Send = (ask: Ask) => Promise<Reply>

/** People of the tests: the header `x-test-user` says who calls. */
const people: Readonly<Record<string, Actor>> = {
  ada: member('ada', {}),
  bob: member('bob', {}),
  root: member('root', { listAll: true, manageServiceAccounts: true }),
  viewer: member('viewer', {
    listAll: true,
    create: false,
    update: false,
    rotate: false,
    revoke: false,
  }),
  nothing: member('nothing', {
    list: false,
    create: false,
    update: false,
    rotate: false,
    revoke: false,
    viewUsage: false,
    viewActivity: false,
    diagnose: false,
  }),
  eve: { ...member('ada', { listAll: true, manageServiceAccounts: true }), workspaceId: 'ws_globex' },
}

function member(id: string, can: Abilities): Actor {
  return { type: 'user', id, workspaceId: 'ws_acme', permissions: ['prompts:*'], can }
}

/** A keyring, an API over it that believes `x-test-user`, and what was reported. */
export interface World {
  readonly keyring: Keyring
  readonly api: ManagementApi
  readonly send: Send
  readonly clock: TestClock
  readonly failures: ManagementFailure[]
  readonly events: unknown[]
  /** Ends what serves the API. */
  readonly close: () => Promise<void>
  /** Makes a key of ada in ws_acme, unless told otherwise. */
  make(input?: Partial<CreateKeyInput> & { readonly workspaceId?: string }): Promise<CreatedKey>
}

/** Makes a world. */
export async function world(
  options: Partial<ManagementOptions> = {},
  more: Partial<KeyringOptions> = {},
  serve: Serve = directly,
): Promise<World> {
  const clock = testClock()
  const events: unknown[] = []
  const keyring: Keyring = createKeyring({
    prefix: 'test',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read', 'list', 'delete'], context: ['download'] }),
    defaultPermissions: ['prompts:read', 'prompts:list'],
    hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
    owners: 'unbounded',
    clock,
    onEvent: (event) => void events.push(event),
    ...more,
  } as KeyringOptions)
  await keyring.ready()
  const failures: ManagementFailure[] = []
  const api = managementApi({
    keyring,
    authorize: ({ request }) => people[request.headers.get('x-test-user') ?? ''] ?? null,
    onError: (failure) => failures.push(failure),
    ...options,
  })
  const { send, close } = await serve(api)
  return {
    keyring,
    api,
    send,
    close,
    clock,
    failures,
    events,
    make: async ({ workspaceId = 'ws_acme', ...input } = {}) =>
      keyring.as(systemActor(workspaceId)).create({
        name: 'Production',
        environment: 'production',
        owner: { type: 'user', id: 'ada' },
        permissions: ['prompts:read'],
        ...input,
      }),
  }
}

/** Serves an API, and says how to reach it. */
export type Serve = (api: ManagementApi) => Promise<{ readonly send: Send; readonly close: () => Promise<void> }>

/** Sends to the handler itself. */
const directly: Serve = async (api) => ({
  send: async (ask) => replyOf(await api.fetch(requestOf('http://api.example', ask))),
  close: async () => {},
})

/** A request of the Fetch API: a body that is a text goes as it is, everything else as JSON. */
export function requestOf(base: string, { method, path, body, headers = {} }: Ask): Request {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(`${base}${path}`, {
    method,
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), 'x-test-user': 'ada', ...headers },
    ...(text !== undefined && { body: text }),
  })
}

/** Reads an answer. */
export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text()
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}
