import type { CreatedKeyResource, KeyQuery, ManagementClient, ReplayedKeyResource } from '@claviger/management/client'
import { CliError } from '../exits/cli-error.ts'
import type { AccountsBackend, Backend, KeysBackend } from './backend.types.ts'
import { withCounts } from './thirty-days.ts'

/** What a backend is made of. */
export interface ApiParts extends Omit<Backend, 'keys' | 'accounts' | 'permissions'> {
  readonly client: ManagementClient
  /** The client for what needs permissions, owners or peppers. @throws when they are not known */
  readonly complete: () => ManagementClient
  readonly now: () => number
}

/** The commands' backend on a client of the management API, whether that is another server or this process. */
export function apiBackend({ client, complete, now, ...rest }: ApiParts): Backend {
  return {
    ...rest,
    keys: keysOf(client, complete, now),
    accounts: accountsOf(client, complete),
    permissions: async () => complete().getPermissions(),
  }
}

function keysOf(client: ManagementClient, complete: () => ManagementClient, now: () => number): KeysBackend {
  return {
    async list({ ended, status = [], ...query }) {
      const wanted = status.length > 0 ? { status } : { ended }
      const page = await client.listKeys({ ...query, ...wanted } as KeyQuery)
      return { ...page, data: await withCounts(client, page.data, now()) }
    },
    get: (id) => client.getKey(id),
    create: async (input) => withToken(await complete().createKey(input)),
    update: async (id, patch) => complete().updateKey(id, patch),
    rotate: async (id, overlapMs) =>
      withToken(await complete().rotateKey(id, { overlapSeconds: Math.ceil(overlapMs / 1_000) })),
    endOverlap: (id) => client.endOverlap(id),
    disable: (id, reason) => client.disableKey(id, { reason }),
    enable: async (id) => complete().enableKey(id),
    revoke: (id, reason) => client.revokeKey(id, { reason }),
    revokeMany: async (ids, reason) => (await client.revokeKeys({ ids, reason })).data,
    import: async (keys, dryRun) => complete().importKeys({ keys, dryRun }),
    usage: (id, range) => client.getKeyUsage(id, range),
    callers: (id) => client.getKeyCallers(id),
    limits: (id) => client.getKeyLimits(id),
    workspaceUsage: (range) => client.getUsage(range),
    events: ({ keyId, ...query }) =>
      keyId === undefined ? client.listEvents(query) : client.listKeyEvents(keyId, query),
    diagnose: async (target, question) =>
      complete().diagnoseKey({
        ...(typeof target === 'string' ? { token: target } : { keyId: target.id }),
        ...question,
      }),
  }
}

function accountsOf(client: ManagementClient, complete: () => ManagementClient): AccountsBackend {
  return {
    list: (query) => client.listServiceAccounts(query),
    create: async (input) => complete().createServiceAccount(input),
    get: (id) => client.getServiceAccount(id),
    delete: (id) => client.deleteServiceAccount(id),
  }
}

/** A token comes with every answer to a request that was not made before. */
function withToken(answer: CreatedKeyResource | ReplayedKeyResource): CreatedKeyResource {
  if (answer.token !== null) return answer
  throw new CliError('failed', 'already_created', 'This was done before, and its token was shown then.', null)
}
