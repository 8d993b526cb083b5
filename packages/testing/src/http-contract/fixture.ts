import {
  createKeyring,
  definePermissions,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  type ResolveOwner,
  systemActor,
} from '@claviger/core'
import type { KeyRecord, KeyStore, UsageCounts } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { type TestClock, testClock } from '../test-clock.ts'
import { forgeToken, withOtherSecret } from './tokens.ts'

/** The keys every fixture holds, by what they are there for. */
export type KeyName =
  /** May `docs:read`, and so may its owner. */
  | 'reader'
  /** May do everything with documents. */
  | 'writer'
  | 'staging'
  /** Reaches the projects `p1` and `p 2` only. */
  | 'limited'
  /** Was given the projects `p1` and `p 2`; its owner reaches `p1` and `p3`. */
  | 'bounded'
  /** Is limited by a type of resources that is not declared any more. */
  | 'undeclared'
  | 'elsewhere'
  /** Its owner may only `docs:list`. */
  | 'demoted'
  /** Its owner is no longer a member. */
  | 'orphan'
  /** Works from loopback addresses only. */
  | 'local'
  /** Works from 203.0.113.0/24 and 2001:db8::/32 only. */
  | 'remote'
  /** Ends in 10 days: within the notice. */
  | 'expiring'
  | 'revoked'
  | 'disabled'
  | 'expired'
  /** Its token is the previous secret, and the overlap is over. */
  | 'rotated'
  /** Its token is the previous secret, within the overlap. */
  | 'overlapping'

interface KeySpec {
  readonly permissions?: readonly string[]
  readonly environment?: string
  readonly workspaceId?: string
  readonly ownerId?: string
  readonly expiresInMs?: number
  readonly projects?: readonly string[]
  readonly allowedAddresses?: readonly string[]
}

const keys: Readonly<Record<KeyName, KeySpec>> = {
  reader: {},
  writer: { permissions: ['docs:*'] },
  staging: { environment: 'staging' },
  limited: { projects: ['p1', 'p 2'] },
  bounded: { projects: ['p1', 'p 2'], ownerId: 'eve' },
  undeclared: { projects: ['p1'] },
  elsewhere: { workspaceId: 'ws_other' },
  demoted: { ownerId: 'bob' },
  orphan: { ownerId: 'gone' },
  local: { allowedAddresses: ['127.0.0.0/8', '::1'] },
  remote: { allowedAddresses: ['203.0.113.0/24', '2001:db8::/32'] },
  expiring: { expiresInMs: 10 * 86_400_000 },
  revoked: {},
  disabled: {},
  expired: { expiresInMs: 1_000 },
  rotated: {},
  overlapping: {},
}

/** Tokens by what they are; `unknown` and `wrongSecret` have a right check. */
export type TokenName = KeyName | 'unknown' | 'wrongSecret'

/** A keyring with keys in every state, on a clock that stands still. */
export interface Fixture {
  readonly keyring: Keyring
  readonly clock: TestClock
  readonly tokens: Readonly<Record<TokenName, string>>
  /** Key ids by name. */
  readonly ids: Readonly<Record<KeyName, string>>
  /** Everything stored of the keys' secrets. */
  readonly hashes: readonly string[]
  /** Everything counted of the keys' use, in total. */
  readUsage(): Promise<readonly UsageCounts[]>
  /** Who is stored as a caller of a key by now, the latest first: one line for each, `<version> <network> <agent>`. */
  readCallers(name: KeyName): Promise<readonly string[]>
  /** Another keyring on the same keys, as after a restart: nothing is cached, and the store may misbehave. */
  restart(wrap?: (store: KeyStore) => KeyStore): Keyring
  close(): Promise<void>
}

const members: Readonly<Record<string, readonly string[]>> = { ada: ['docs:*'], bob: ['docs:list'] }
const membership: ResolveOwner = ({ owner }) =>
  owner.id === 'eve' ? { permissions: ['docs:*'], resources: { project: ['p1', 'p3'] } } : (members[owner.id] ?? null)

/** When an overlap or key that is about to end does so: an `HTTP-date` that every adapter must write alike. */
export const endOfNotice = 'Sat, 11 Jan 2025 00:00:00 GMT'

/** Makes a fixture. Expiries count from 2025-01-01T00:00:00Z. */
export async function makeFixture({
  resolveOwner = membership,
  usage,
}: {
  resolveOwner?: ResolveOwner
  usage?: KeyringOptions['usage']
} = {}): Promise<Fixture> {
  const clock = testClock()
  const start = clock.now()
  const data = memoryStore()
  const opened: Keyring[] = []
  const open = (store: KeyStore): Keyring => {
    const keyring = createKeyring({
      prefix: 'acme',
      store,
      permissions: definePermissions({ docs: ['read', 'list', 'write'] }),
      resources: ['project', 'dataset'],
      importedTokens: { pattern: /^sk_live_[0-9a-f]{16}$/ },
      resolveOwner,
      usage,
      // The point here is HTTP: no need to wait for argon2.
      hasher: hmacSha256({ pepper: 'p'.repeat(32) }),
      clock,
    })
    opened.push(keyring)
    return keyring
  }
  const keyring: Keyring = open(data.connect())

  const tokens: Partial<Record<TokenName, string>> = {}
  const ids: Partial<Record<KeyName, string>> = {}
  for (const name of Object.keys(keys) as KeyName[]) {
    const spec = keys[name]
    const created = await keyring.as(systemActor(spec.workspaceId ?? 'ws_acme')).create({
      name,
      environment: spec.environment ?? 'production',
      permissions: spec.permissions ?? ['docs:read'],
      owner: { type: 'user', id: spec.ownerId ?? 'ada' },
      ...(spec.projects !== undefined && { resources: { project: spec.projects } }),
      ...(spec.allowedAddresses && { allowedAddresses: spec.allowedAddresses }),
      expiresAt: spec.expiresInMs === undefined ? null : new Date(start + spec.expiresInMs),
    })
    tokens[name] = created.token
    ids[name] = created.key.id
  }
  const complete = { tokens, ids } as Pick<Fixture, 'tokens' | 'ids'>
  const { reader } = complete.tokens
  tokens.unknown = forgeToken('acme_production_', 'X'.repeat(16), 'y'.repeat(43))
  tokens.wrongSecret = withOtherSecret(reader)

  await clock.advanceAsync(2_000)
  await keyring.as(systemActor('ws_acme')).revoke(complete.ids.revoked)
  await amend(data, complete.ids.disabled, (record) => ({ ...record, disabledAt: start }))
  await amend(data, complete.ids.rotated, (record) => withSuccessor(record, start + 1_000))
  await amend(data, complete.ids.overlapping, (record) => withSuccessor(record, start + 10 * 86_400_000))
  await amend(data, complete.ids.undeclared, (record) => ({ ...record, resources: { folder: ['f1'] } }))
  const stored = await data.find(Object.values(complete.ids))
  const hashes = [...stored.values()].flatMap((record) =>
    record === 'corrupt' ? [] : record.secrets.flatMap(({ hash, tag }) => [hash, tag]),
  )

  return {
    ...complete,
    keyring,
    clock,
    hashes,
    async readUsage() {
      const of = (workspaceId: string) =>
        data.usage?.({ workspaceId, from: 0, to: start + 86_400_000, bucket: 'total' })
      return (await Promise.all(['ws_acme', 'ws_other'].map(of))).flatMap((points) => points ?? [])
    },
    async readCallers(name) {
      await Promise.all(opened.map((each) => each.flush()))
      const found = await data.callers?.({
        workspaceId: keys[name].workspaceId ?? 'ws_acme',
        keyId: complete.ids[name],
      })
      return (found ?? []).map(({ version, network, agent }) => `${version} ${network} ${agent}`)
    },
    restart: (wrap = (store) => store) => open(wrap(data.connect())),
    async close() {
      await Promise.all(opened.map((each) => each.close()))
    },
  }
}

/** Changes a record behind the keyring's back, where this version has no call for it. */
async function amend(store: KeyStore, id: string, change: (record: KeyRecord) => KeyRecord): Promise<void> {
  const record = (await store.find([id])).get(id)
  if (record === undefined || record === 'corrupt') throw new Error(`The fixture has no key ${id}.`)
  const result = await store.commit({
    writes: [
      { type: 'key', record: { ...change(record), revision: record.revision + 1 }, expectedRevision: record.revision },
    ],
    activity: [],
    announcements: [{ type: 'key', id }],
    nonce: `fixture-${id}`,
    at: record.updatedAt,
    silent: false,
  })
  if (!result.ok) throw new Error(`The fixture could not change key ${id}: ${result.reason}.`)
}

/** A second secret that no one has; the first one ends. */
function withSuccessor(record: KeyRecord, endsAt: number): KeyRecord {
  const [previous] = record.secrets
  const tag = previous.tag.replace(/\$(.)/, (_, first) => (first === 'A' ? '$B' : '$A'))
  return {
    ...record,
    secrets: [
      { ...previous, version: 2, hint: 'acme_production_none', tag },
      { ...previous, endsAt },
    ],
  }
}
