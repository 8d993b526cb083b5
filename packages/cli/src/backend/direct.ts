import type { Keyring, ListPage, ManagedKey } from '@claviger/core'
import { type KeyManager, systemActor } from '@claviger/core'
import { CliError } from '../exits/cli-error.ts'
import { failureOf } from '../exits/failure.ts'
import type { AccountsBackend, Backend, KeysBackend } from './backend.types.ts'
import { asJson, type KeyJson, type PageJson } from './shapes.ts'
import { type Counts, countsOf } from './thirty-days.ts'

/** What a direct backend is made of. */
export interface DirectParts extends Pick<Backend, 'place' | 'defaults' | 'close'> {
  readonly keyring: Keyring
  readonly workspace: string
  /**
   * False when nothing but the store is known: then keys may be read and power taken away, and what depends on
   * permissions, owners or peppers is refused.
   */
  readonly isComplete: boolean
  readonly now: () => number
}

/** Keys on a store that this process has open, as the system. */
export function directBackend(parts: DirectParts): Backend {
  const { keyring, workspace, isComplete, place, defaults, close } = parts
  const manager = keyring.as(systemActor(workspace, { origin: { userAgent: 'claviger-cli' } }))
  const complete = (): KeyManager => {
    if (isComplete) return manager
    throw new CliError(
      'usage',
      'config_needed',
      'This needs the configuration of the product: its permissions, owners and peppers are not in the store.',
      'Run it where claviger.config.mjs is, or pass --config.',
    )
  }
  return {
    kind: 'direct',
    place: `${place}, workspace ${workspace}`,
    revocationWithinMs: keyring.guarantees().revocation.otherProcessesWithinMs,
    defaults,
    environments: isComplete ? keyring.environments : undefined,
    keys: directKeys(manager, complete, parts.now),
    accounts: directAccounts(manager, complete),
    permissions: async () => asJson(complete().grantable()),
    close,
  }
}

function directKeys(manager: KeyManager, complete: () => KeyManager, now: () => number): KeysBackend {
  const shown = (key: ManagedKey, counts?: Counts): KeyJson => ({
    object: 'apiKey',
    ...asJson(key),
    requestCount30d: counts?.requests ?? null,
    deniedCount30d: counts?.denied ?? null,
  })
  const counted = async (keys: readonly ManagedKey[]): Promise<readonly KeyJson[]> => {
    const counts = await countsOf(manager, keys, now())
    return keys.map((key) => shown(key, counts.get(key.id)))
  }
  const alone = async (key: ManagedKey | Promise<ManagedKey>): Promise<KeyJson> => {
    const found = await key
    const counts = await countsOf(manager, [found], now())
    return shown(found, counts.get(found.id))
  }

  return {
    async list({ ended, status = [], ...query }) {
      const wanted = status.length > 0 ? { status } : { ended }
      const page = await manager.list({ ...query, ...wanted } as Parameters<KeyManager['list']>[0])
      return { ...pageOf(page), data: await counted(page.items) }
    },
    get: (id) => alone(manager.get(id)),
    async create(input) {
      const { key, token } = await complete().create(input)
      return { key: shown(key), token }
    },
    update: (id, patch) => alone(complete().update(id, patch)),
    async rotate(id, overlapMs) {
      const { key, token } = await complete().rotate(id, { overlap: overlapMs === 0 ? 0 : `${overlapMs}ms` })
      return { key: shown(key), token }
    },
    endOverlap: (id) => alone(manager.endOverlap(id)),
    disable: (id, reason) => alone(manager.disable(id, { reason })),
    enable: (id) => alone(complete().enable(id)),
    revoke: (id, reason) => alone(manager.revoke(id, { reason })),
    async revokeMany(ids, reason) {
      const results = await manager.revokeMany(ids, { reason })
      return results.map((result) => {
        if (result.ok) return { id: result.id, ok: true, key: shown(result.key) }
        const { code, detail } = failureOf(result.error)
        return { id: result.id, ok: false, code, detail }
      })
    },
    usage: async (id, range) => asJson(await manager.usage(id, range)),
    workspaceUsage: async (range) => asJson(await manager.workspaceUsage(range)),
    events: async (query) => pageOf(await manager.activity(query)),
    diagnose: async (target, question) => asJson(await complete().diagnose(target, question)),
  }
}

function directAccounts(manager: KeyManager, complete: () => KeyManager): AccountsBackend {
  const { serviceAccounts } = manager
  return {
    list: async (query) => pageOf(await serviceAccounts.list(query)),
    create: async (input) =>
      asJson(await complete().serviceAccounts.create(input as Parameters<KeyManager['serviceAccounts']['create']>[0])),
    get: async (id) => asJson(await serviceAccounts.get(id)),
    delete: async (id) => asJson(await serviceAccounts.delete(id)),
  }
}

function pageOf<Item>({ items, nextCursor }: ListPage<Item>): PageJson<ReturnType<typeof asJson<Item>>> {
  return { data: items.map((item) => asJson(item)), hasMore: nextCursor !== null, nextCursor }
}
