import type { ImportKeysBody, ImportResource } from '../resources/imports.ts'
import type {
  CreateKeyBody,
  CreateServiceAccountBody,
  DiagnoseBody,
  OwnerInput,
  ReasonBody,
  RevokeKeysBody,
  RotateKeyBody,
  UpdateKeyBody,
  UpdateServiceAccountBody,
} from '../resources/inputs.ts'
import type {
  CreatedKeyResource,
  KeyResource,
  PageResource,
  ReplayedKeyResource,
  ReplayedRotationResource,
  RevocationsResource,
  RotatedKeyResource,
} from '../resources/key.ts'
import type { KeyCallersResource } from '../resources/show-callers.ts'
import type { KeyLimitsResource } from '../resources/show-limits.ts'
import type {
  DiagnosisResource,
  EventResource,
  KeyUsageResource,
  PermissionsResource,
  ServiceAccountResource,
  UsageResource,
  WhoamiResource,
} from '../resources/others.ts'
import type { EventQuery, KeyQuery, ServiceAccountQuery, UsageQuery } from './queries.ts'
import { type ClientOptions, createTransport } from './transport.ts'

/** Options of one call. */
export interface CallOptions {
  /** Ends the call when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** For `createKey` and `rotateKey`: repeated with the same name, the call is carried out once. */
  readonly idempotencyKey?: string | undefined
  /** For changes that take `If-Match`: the `revision` that was read; with another one, the call is refused. */
  readonly revision?: number | undefined
}

/** The management API as functions. Every call throws `ManagementClientError` when the answer is a problem. */
export interface ManagementClient {
  listKeys(query?: KeyQuery, options?: CallOptions): Promise<PageResource<KeyResource>>
  /** Every key on every page. */
  allKeys(query?: Omit<KeyQuery, 'cursor'>, options?: CallOptions): AsyncIterable<KeyResource>
  createKey(body: CreateKeyBody, options?: CallOptions): Promise<CreatedKeyResource | ReplayedKeyResource>
  getKey(id: string, options?: CallOptions): Promise<KeyResource>
  updateKey(id: string, body: UpdateKeyBody, options?: CallOptions): Promise<KeyResource>
  rotateKey(
    id: string,
    body?: RotateKeyBody,
    options?: CallOptions,
  ): Promise<RotatedKeyResource | ReplayedRotationResource>
  endOverlap(id: string, options?: CallOptions): Promise<KeyResource>
  disableKey(id: string, body?: ReasonBody, options?: CallOptions): Promise<KeyResource>
  enableKey(id: string, options?: CallOptions): Promise<KeyResource>
  transferKey(id: string, owner: OwnerInput, options?: CallOptions): Promise<KeyResource>
  revokeKey(id: string, body?: ReasonBody, options?: CallOptions): Promise<KeyResource>
  revokeKeys(body: RevokeKeysBody, options?: CallOptions): Promise<RevocationsResource>
  importKeys(body: ImportKeysBody, options?: CallOptions): Promise<ImportResource>
  getKeyUsage(id: string, query?: UsageQuery, options?: CallOptions): Promise<KeyUsageResource>
  /** Who used a key, and with which of its secrets: the latest first, at most 50. */
  getKeyCallers(id: string, options?: CallOptions): Promise<KeyCallersResource>
  getKeyLimits(id: string, options?: CallOptions): Promise<KeyLimitsResource>
  getUsage(query?: UsageQuery & { readonly limit?: number }, options?: CallOptions): Promise<UsageResource>
  listKeyEvents(id: string, query?: EventQuery, options?: CallOptions): Promise<PageResource<EventResource>>
  listEvents(
    query?: EventQuery & { readonly keyId?: string; readonly serviceAccountId?: string },
    options?: CallOptions,
  ): Promise<PageResource<EventResource>>
  diagnoseKey(body: DiagnoseBody, options?: CallOptions): Promise<DiagnosisResource>
  getPermissions(options?: CallOptions): Promise<PermissionsResource>
  listServiceAccounts(query?: ServiceAccountQuery, options?: CallOptions): Promise<PageResource<ServiceAccountResource>>
  createServiceAccount(body: CreateServiceAccountBody, options?: CallOptions): Promise<ServiceAccountResource>
  getServiceAccount(id: string, options?: CallOptions): Promise<ServiceAccountResource>
  updateServiceAccount(
    id: string,
    body: UpdateServiceAccountBody,
    options?: CallOptions,
  ): Promise<ServiceAccountResource>
  deleteServiceAccount(id: string, options?: CallOptions): Promise<ServiceAccountResource>
  whoami(options?: CallOptions): Promise<WhoamiResource>
}

/**
 * Makes a client of a management API.
 *
 * @throws {TypeError} for a `baseUrl` that is not a URL, or has credentials in it
 */
export function managementClient(options: ClientOptions): ManagementClient {
  const transport = createTransport(options)
  const get = <Body>(path: string, query?: object, more?: CallOptions): Promise<Body> =>
    transport<Body>({ method: 'GET', path, query, signal: more?.signal })
  const send = <Body>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    { signal, idempotencyKey, revision }: CallOptions = {},
  ): Promise<Body> =>
    transport<Body>({
      method,
      path,
      body,
      signal,
      headers: { 'Idempotency-Key': idempotencyKey, 'If-Match': revision === undefined ? undefined : `"${revision}"` },
    })
  const key = (id: string, step = ''): string => `/keys/${encodeURIComponent(id)}${step}`
  const account = (id: string): string => `/service-accounts/${encodeURIComponent(id)}`
  const listKeys: ManagementClient['listKeys'] = (query, more) => get('/keys', query, more)

  return {
    listKeys,
    async *allKeys(query, more) {
      let cursor: string | undefined
      do {
        const page: PageResource<KeyResource> = await listKeys({ ...query, cursor }, more)
        yield* page.data
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
    },
    createKey: (body, more) => send('POST', '/keys', body, more),
    getKey: (id, more) => get(key(id), {}, more),
    updateKey: (id, body, more) => send('PATCH', key(id), body, more),
    rotateKey: (id, body = {}, more = {}) => send('POST', key(id, '/rotate'), body, more),
    endOverlap: (id, more) => send('DELETE', key(id, '/previous-secret'), undefined, more),
    disableKey: (id, body = {}, more = {}) => send('POST', key(id, '/disable'), body, more),
    enableKey: (id, more) => send('POST', key(id, '/enable'), undefined, more),
    transferKey: (id, owner, more) => send('POST', key(id, '/transfer'), { owner }, more),
    revokeKey: (id, body = {}, more = {}) => send('DELETE', key(id), body, more),
    revokeKeys: (body, more) => send('POST', '/keys/revoke', body, more),
    importKeys: (body, more) => send('POST', '/keys/import', body, more),
    getKeyUsage: (id, query, more) => get(key(id, '/usage'), query, more),
    getKeyCallers: (id, more) => get(key(id, '/callers'), {}, more),
    getKeyLimits: (id, more) => get(key(id, '/limits'), {}, more),
    getUsage: (query, more) => get('/usage', query, more),
    listKeyEvents: (id, query, more) => get(key(id, '/events'), query, more),
    listEvents: (query, more) => get('/events', query, more),
    diagnoseKey: (body, more) => send('POST', '/keys/diagnose', body, more),
    getPermissions: (more) => get('/permissions', {}, more),
    listServiceAccounts: (query, more) => get('/service-accounts', query, more),
    createServiceAccount: (body, more) => send('POST', '/service-accounts', body, more),
    getServiceAccount: (id, more) => get(account(id), {}, more),
    updateServiceAccount: (id, body, more) => send('PATCH', account(id), body, more),
    deleteServiceAccount: (id, more) => send('DELETE', account(id), undefined, more),
    whoami: (more) => get('/whoami', {}, more),
  }
}
