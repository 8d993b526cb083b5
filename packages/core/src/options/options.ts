import { ConfigurationError } from '../errors/errors.ts'
import { argon2id, type Hasher, parseHasher } from '../hashing/hasher.ts'
import { flag, integer, optionalFunction, parseGroup, parseOptions } from '../input/parse-options.ts'
import type { ImportedTokenRules } from '../imported/imported-tokens.ts'
import type { KeyringEvent } from '../keys/changes/events.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import type { PermissionCatalogue } from '../permissions/catalogue.ts'
import type { ReminderTimes } from '../reminders/reminder-times.ts'
import { parseResourceTypes } from '../restrictions/resource-types.ts'
import type { Fault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { KeyStore } from '../store/store.ts'
import type { TokenGrammar } from '../token/grammar.ts'
import type { RandomBytes } from '../token/token.ts'
import type { ResolveOwner } from '../verify/owners.ts'
import type { KeyringChange } from '../watch/changes.ts'
import type { RetentionTimes } from '../writing/retention.ts'
import { type GrammarOptions, resolvedGrammar } from './grammar-options.ts'
import { type ImportedTokenOptions, resolvedImportedTokens } from './imported-token-options.ts'
import { parseClock } from './parse-clock.ts'
import { parseStore, parseStoreId } from './parse-store.ts'
import { parseCatalogue, parseDefaults } from './permission-options.ts'
import {
  type PolicyOptions,
  policyNames,
  type RetentionOptions,
  resolvedPolicy,
  resolvedRetention,
  retentionNames,
} from './policy-options.ts'
import { type ReminderOptions, resolvedReminders } from './reminder-options.ts'
import { type ResolvedUsage, resolvedUsage, type UsageOptions } from './usage-options.ts'

/** Options of `createKeyring`, checked once, at construction. Unknown names are refused. */
export type KeyringOptions<Permission extends string = string, Resource extends string = string> = KeyringSettings<
  Permission,
  Resource
> &
  OwnerSetting

/** What bounds the keys of users: `resolveOwner`, or explicitly nothing with `owners: 'unbounded'`. */
export type OwnerSetting =
  | {
      /** Keys are bounded by their own permissions only. Users who leave or lose a role keep working keys. */
      readonly owners: 'unbounded'
      readonly resolveOwner?: undefined
    }
  // The last one: of an options object that says neither, the compiler names what the last one lacks.
  | {
      /**
       * Returns the grants that an owner holds now, or null when the owner is gone; where it reaches some resources only,
       * `{ permissions, resources }`. Called whenever a key is read
       * again: for a key in use, about every `recordAgeMs`. When it throws or takes longer than `storeTimeoutMs`,
       * clients get 503.
       */
      readonly resolveOwner: ResolveOwner
      readonly owners?: undefined
    }

/** The options besides the owner setting. */
export interface KeyringSettings<Permission extends string = string, Resource extends string = string>
  extends GrammarOptions {
  /** Where keys are kept: `memoryStore()`, `redisStore(client)`, `postgresStore(pool)`, or your own. */
  readonly store: KeyStore
  /**
   * The only store to start on, by `guarantees().storeId`: an empty or foreign one is refused. Default: the first one.
   */
  readonly storeId?: string | undefined
  /** What imported tokens look like: those of keys that `keys.import` brought in from elsewhere. Default: there are none. */
  readonly importedTokens?: ImportedTokenOptions | undefined
  /** From `definePermissions`. */
  readonly permissions: PermissionCatalogue<Permission>
  /**
   * The types of resources that keys can be limited to, such as `['project', 'dataset']`: at most 16 names, matching
   * `[a-zA-Z][a-zA-Z0-9_-]{0,63}`. A key that is limited by a type that is not declared any more is refused. Default
   * none.
   */
  readonly resources?: readonly Resource[] | undefined
  /** Permissions of a new key when `create` names none, limited to those its creator holds. Default none. */
  readonly defaultPermissions?: readonly NoInfer<Permission>[] | undefined
  /** Default `argon2id()`. Where cold starts matter, and you can keep a pepper secret: `hmacSha256({ pepper })`. */
  readonly hasher?: Hasher | undefined
  /**
   * Called after every change to a key or service account by this process; the change does not wait for it. Also called
   * for reminders (`key.expiring`, ...), by one process: one that it throws for, or rejects, is sent again later. What it
   * throws or rejects with is published on `claviger:error`.
   */
  readonly onEvent?: ((event: KeyringEvent) => void | Promise<void>) | undefined
  /**
   * Called for every failure without a caller to report it to: the cause of a 503, and failures in the background.
   * Default: process warnings, once a minute for each cause, unless `claviger:error` has a subscriber.
   */
  readonly onError?: ((fault: Fault) => void | Promise<void>) | undefined
  /**
   * Called for every change to keys, owners and workspaces that this process learns about, from any process: at least
   * once, by ids only. `{ type: 'all' }` when changes may have been missed. What it throws is a fault.
   */
  readonly onChange?: ((change: KeyringChange) => void) | undefined
  /** Rules for keys: longest lifetime and overlap, and the ages at which a key needs attention. */
  readonly policy?: PolicyOptions | undefined
  /** How long revoked and expired keys, deleted accounts, the activity log and counts are kept before they are purged. */
  readonly retention?: RetentionOptions | undefined
  /** Which reminders about keys go to `onEvent`, and how often this process looks for them. */
  readonly reminders?: ReminderOptions | undefined
  /** How uses of keys are counted; `false` turns counting off. Default: on, if the store has `addUsage`. */
  readonly usage?: false | UsageOptions | undefined
  /** Sizes of the in-process caches. */
  readonly cache?:
    | {
        /** Verified credentials. Default 10 000. */
        readonly maxEntries?: number | undefined
        /** Size of all entries together, bytes. Default 1 600 per entry, at least 1 MiB. */
        readonly maxBytes?: number | undefined
        /** How many refused tokens, and separately how many refused keys with the right secret. Default 10 000 each. */
        readonly maxNegatives?: number | undefined
      }
    | undefined
  /** Maximum age of a cached key, milliseconds. Unannounced changes of owners are noticed within it. Default 10 000. */
  readonly recordAgeMs?: number | undefined
  /** Interval of polls for changes, milliseconds, 10 to 60 000. Default 1 000. */
  readonly pollMs?: number | undefined
  /** How long cached keys are accepted after the last answered poll was sent; then 503. Milliseconds; default 5 000. */
  readonly leaseMs?: number | undefined
  /** Time limit of one call for store and `resolveOwner` together, milliseconds. Default 1 000. */
  readonly storeTimeoutMs?: number | undefined
  /** How long a refused token is remembered, milliseconds. Default 2 000. */
  readonly negativeMs?: number | undefined
  /** How long before expiry responses start to carry `API-Key-Expires`, milliseconds. Default 14 days. */
  readonly expiryNoticeMs?: number | undefined
  /**
   * Availability before revocation: while the store fails, cached keys are accepted for this long beyond `recordAgeMs`,
   * milliseconds, also keys that were revoked in the meantime. Does not bridge an outage of `resolveOwner`. At most 60
   * 000; default 0, off.
   */
  readonly staleIfErrorMs?: number | undefined
  /** Limits on argon2 hashes. */
  readonly hashing?:
    | {
        /** Hashes that run at the same time. Default 2. */
        readonly concurrency?: number | undefined
        /** Hashes that may wait; beyond that, `BusyError`. Default 256. */
        readonly maxQueued?: number | undefined
        /** Longest wait, milliseconds. Default 5 000. */
        readonly maxWaitMs?: number | undefined
      }
    | undefined
  /**
   * Lets `ready()` pass on a store that holds another product's keys (another `prefix`). Each product then lists and
   * revokes the keys of the other. Default false.
   */
  readonly allowSharedStore?: boolean | undefined
  /** For tests. Default: the machine's clocks. */
  readonly clock?: Clock | undefined
  /** For tests. Default: `crypto.randomBytes`. */
  readonly random?: RandomBytes | undefined
}

/** Options with every default in place. */
export interface ResolvedOptions<Permission extends string = string, Resource extends string = string> {
  /** What is accepted. */
  readonly grammar: TokenGrammar
  /** What keys are made of: some of the grammar's environments. */
  readonly environments: readonly string[]
  readonly importedTokens: ImportedTokenRules | undefined
  readonly store: KeyStore
  readonly storeId: string | undefined
  readonly permissions: PermissionCatalogue<Permission>
  readonly resources: readonly Resource[]
  readonly defaultPermissions: readonly Permission[]
  readonly resolveOwner: ResolveOwner | 'unbounded'
  readonly hasher: Hasher
  readonly onEvent: ((event: KeyringEvent) => void | Promise<void>) | undefined
  readonly onError: ((fault: Fault) => void | Promise<void>) | undefined
  readonly onChange: ((change: KeyringChange) => void) | undefined
  readonly policy: KeyPolicy
  readonly retention: RetentionTimes
  readonly reminders: ReminderTimes
  readonly usage: false | ResolvedUsage
  readonly cache: { readonly maxEntries: number; readonly maxBytes: number; readonly maxNegatives: number }
  readonly recordAgeMs: number
  readonly pollMs: number
  readonly leaseMs: number
  readonly storeTimeoutMs: number
  readonly negativeMs: number
  readonly expiryNoticeMs: number
  readonly staleIfErrorMs: number
  readonly hashing: { readonly concurrency: number; readonly maxQueued: number; readonly maxWaitMs: number }
  readonly allowSharedStore: boolean
  readonly clock: Clock
  readonly random: RandomBytes | undefined
}

const names: readonly (keyof KeyringSettings | 'resolveOwner' | 'owners')[] = [
  'prefix',
  'previousPrefixes',
  'nextPrefix',
  'environments',
  'previousEnvironments',
  'nextEnvironments',
  'importedTokens',
  'store',
  'storeId',
  'permissions',
  'resources',
  'defaultPermissions',
  'resolveOwner',
  'owners',
  'hasher',
  'onEvent',
  'onError',
  'onChange',
  'policy',
  'retention',
  'reminders',
  'usage',
  'cache',
  'recordAgeMs',
  'pollMs',
  'leaseMs',
  'storeTimeoutMs',
  'negativeMs',
  'expiryNoticeMs',
  'staleIfErrorMs',
  'hashing',
  'allowSharedStore',
  'clock',
  'random',
]

/** Checks options and fills in defaults. @throws {ConfigurationError} naming the option, the rule and what came */
export function resolveOptions<P extends string, R extends string>(given: KeyringOptions<P, R>): ResolvedOptions<P, R> {
  const options = parseOptions<KeyringOptions<P, R>>('createKeyring', given, names)
  const policy = parseGroup<PolicyOptions>('policy', options.policy, policyNames)
  const retention = parseGroup<RetentionOptions>('retention', options.retention, retentionNames)
  const cache = parseGroup<Group<'cache'>>('cache', options.cache, ['maxEntries', 'maxBytes', 'maxNegatives'])
  const hashing = parseGroup<Group<'hashing'>>('hashing', options.hashing, ['concurrency', 'maxQueued', 'maxWaitMs'])
  const pollMs = integer('pollMs', options.pollMs, 1_000, 10, 60_000)
  const leaseMs = integer('leaseMs', options.leaseMs, 5_000, 10, 300_000)
  if (leaseMs <= pollMs) {
    throw new ConfigurationError('leaseMs', `Expected leaseMs to be more than pollMs (${pollMs}), got ${leaseMs}.`)
  }
  const expiryNoticeMs = integer('expiryNoticeMs', options.expiryNoticeMs, 14 * 86_400_000, 0)
  const permissions = parseCatalogue(options.permissions)
  const { grammar, environments } = resolvedGrammar(options)
  const maxEntries = integer('cache.maxEntries', cache.maxEntries, 10_000, 1, 10_000_000)
  return {
    grammar,
    environments,
    importedTokens: resolvedImportedTokens(options.importedTokens, grammar),
    store: parseStore(options.store),
    storeId: parseStoreId(options.storeId),
    permissions,
    resources: parseResourceTypes(options.resources) as readonly R[],
    defaultPermissions: parseDefaults(options.defaultPermissions ?? [], permissions),
    resolveOwner: parseOwners(options),
    hasher: parseHasher(options.hasher ?? argon2id()),
    onEvent: optionalFunction('onEvent', options.onEvent),
    onError: optionalFunction('onError', options.onError),
    onChange: optionalFunction('onChange', options.onChange),
    policy: resolvedPolicy(policy, expiryNoticeMs),
    retention: resolvedRetention(retention),
    reminders: resolvedReminders(options.reminders, expiryNoticeMs),
    usage: resolvedUsage(options.usage),
    cache: {
      maxEntries,
      maxBytes: integer('cache.maxBytes', cache.maxBytes, Math.max(2 ** 20, 1_600 * maxEntries), 2 ** 16),
      maxNegatives: integer('cache.maxNegatives', cache.maxNegatives, 10_000, 1, 10_000_000),
    },
    recordAgeMs: integer('recordAgeMs', options.recordAgeMs, 10_000, 1, 3_600_000),
    pollMs,
    leaseMs,
    storeTimeoutMs: integer('storeTimeoutMs', options.storeTimeoutMs, 1_000, 1, 60_000),
    negativeMs: integer('negativeMs', options.negativeMs, 2_000, 0, 2_000),
    expiryNoticeMs,
    staleIfErrorMs: integer('staleIfErrorMs', options.staleIfErrorMs, 0, 0, 60_000),
    hashing: {
      concurrency: integer('hashing.concurrency', hashing.concurrency, 2, 1, 64),
      maxQueued: integer('hashing.maxQueued', hashing.maxQueued, 256, 0, 100_000),
      maxWaitMs: integer('hashing.maxWaitMs', hashing.maxWaitMs, 5_000, 1, 60_000),
    },
    allowSharedStore: flag('allowSharedStore', options.allowSharedStore),
    clock: parseClock(options.clock),
    random: optionalFunction('random', options.random),
  }
}

type Group<Name extends keyof KeyringSettings> = NonNullable<KeyringSettings[Name]>

function parseOwners(
  options: KeyringSettings & Partial<Record<'owners' | 'resolveOwner', unknown>>,
): ResolveOwner | 'unbounded' {
  const { owners, resolveOwner } = options
  if (owners === 'unbounded' && resolveOwner === undefined) return 'unbounded'
  if (typeof resolveOwner === 'function' && owners === undefined) return resolveOwner as ResolveOwner
  throw new ConfigurationError(
    'resolveOwner',
    "Say what bounds a key: either resolveOwner: async ({ workspaceId, owner }) => [...] | null, or owners: 'unbounded'.",
  )
}
