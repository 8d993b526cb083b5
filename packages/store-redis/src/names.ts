import { createHash } from 'node:crypto'
import type { ActorRef, Owner, Reminder } from '@claviger/core/store'

/**
 * Every name the store gives to anything in Redis.
 *
 * A name is `{tag}:kind` or `{tag}:kind:rest`. The kind is a fixed word, so no id can make one name another. What is in
 * braces decides the slot in a cluster: `{namespace}` for all that a commit touches, `{namespace:usage:N}` for counts.
 */
export interface KeyNames {
  /** Hash: storeId, epoch, nonce; and the number of the last line of the log. */
  readonly head: string
  /** List of the last changes, oldest first, one more than `poll` returns. */
  readonly log: string
  /** Hash: what keyrings have written down about themselves. */
  readonly marks: string
  /** Pub/Sub channel, not a key. */
  readonly channel: string

  /** ACL patterns that let a user use all of these names. */
  readonly patterns: readonly string[]
  /** Four names for `ready()` to try things with. */
  trial(id: string): readonly [text: string, hash: string, list: string, set: string]

  /** Record of a key, as JSON. */
  key(id: string): string
  /** When a key was last used. */
  lastUsed(id: string): string
  serviceAccount(id: string): string
  /** The queue of writers that claim a record, found by the name of the record's text. */
  claims(text: string): string
  /** `id` is an `idempotencyId`. */
  idempotency(id: string): string
  /** Highest batch number whose last uses were written, per instance. */
  usedBatch(instanceId: string): string

  // Sorted sets of one workspace. Members are cursors (see cursors.ts), so that every one can be read in list order.
  readonly byCreation: (workspaceId: string) => string
  readonly byOwner: (workspaceId: string, owner: Owner) => string
  readonly byOwnerType: (workspaceId: string, type: Owner['type']) => string
  readonly byEnvironment: (workspaceId: string, environment: string) => string
  readonly bySecretAge: (workspaceId: string) => string
  readonly byExpiry: (workspaceId: string) => string
  readonly byLastUse: (workspaceId: string) => string
  readonly neverUsed: (workspaceId: string) => string
  readonly ownerGone: (workspaceId: string) => string
  readonly byOverlapEnd: (workspaceId: string) => string
  /** Neither revoked nor disabled. */
  readonly enabled: (workspaceId: string) => string
  readonly disabled: (workspaceId: string) => string
  readonly revoked: (workspaceId: string) => string
  /** Members are the name in lower case and, behind it, a cursor. */
  readonly byName: (workspaceId: string) => string
  /** Members are the end of the current token and, behind it, a cursor. */
  readonly byTokenEnd: (workspaceId: string) => string
  readonly serviceAccounts: (workspaceId: string) => string
  readonly livingServiceAccounts: (workspaceId: string) => string
  /** Members are a cursor and, behind it, the entry. */
  readonly activity: (workspaceId: string) => string
  readonly activityByTarget: (workspaceId: string, targetId: string) => string
  readonly activityByActor: (workspaceId: string, actor: ActorRef) => string
  readonly activityByAction: (workspaceId: string, action: string) => string

  // Sorted sets of the whole keyring, by age, for `purge`.
  readonly revokedKeys: string
  readonly expiringKeys: string
  readonly deletedServiceAccounts: string
  readonly idempotencyByAge: string
  /** Workspaces by their oldest activity. */
  readonly activityWorkspaces: string

  // Sorted sets of the whole keyring, for questions about all workspaces.
  /** For each reminder, keys by the instant of the cause, as long as it was not sent. */
  readonly reminders: Readonly<Record<Reminder, string>>
  /** Lines of the log by their numbers. Members are a workspace and, behind it, a cursor. */
  readonly lines: string
  /** What `claimFollower` keeps, as JSON. */
  follower(name: string): string

  /** The slots that hold usage. */
  readonly usageShards: readonly UsageKeyNames[]
  /** Where the usage of a workspace is. */
  usageShard(workspaceId: string): UsageKeyNames
}

/** The names in one of the slots that hold usage. */
export interface UsageKeyNames {
  /** Hash of one workspace and hour: counts by key. */
  counts(workspaceId: string, hour: number): string
  /** Hash of one workspace and UTC day: counts by key. */
  dayCounts(workspaceId: string, day: number): string
  /** Hash of one workspace and UTC day: counts of all its keys, of the day and of each hour. */
  totals(workspaceId: string, day: number): string
  /** Sorted set of one workspace and UTC day: its keys by their requests. */
  busiest(workspaceId: string, day: number): string
  /** Sorted set of the UTC days of one workspace that have counts. */
  days(workspaceId: string): string
  /** Sorted set of the keys of one workspace by the last hour in which they had requests. */
  lastHours(workspaceId: string): string
  /** Sorted set of all days of all workspaces of the slot, by day, for `purge`. Members are days and workspaces. */
  readonly daysByAge: string
  /** Sorted set of the callers of one key, by their last use below zero: who was there last comes first. */
  callers(workspaceId: string, keyId: string): string
  /** Sorted set of all keys of the slot that have callers, by the oldest last use among them, for `purge`. */
  readonly callersByAge: string
  /** Which batch, and how much of it, was counted last in this slot, per instance. */
  batch(instanceId: string): string
}

const shards = 16

/** Makes the names of one keyring. */
export function keyNames(namespace: string): KeyNames {
  const name = (kind: string, ...rest: readonly string[]): string => [`{${namespace}}`, kind, ...rest].join(':')
  const ofWorkspace =
    (kind: string) =>
    (workspaceId: string): string =>
      name(kind, escaped(workspaceId))
  const usageShards = Array.from({ length: shards }, (_, index) => usageNames(`{${namespace}:usage:${index}}`))

  return {
    head: name('head'),
    log: name('log'),
    marks: name('marks'),
    channel: name('bus'),
    patterns: [`~{${namespace}}:*`, `~{${namespace}:usage:*`],
    trial: (id) => [
      name('trial', id, 'text'),
      name('trial', id, 'hash'),
      name('trial', id, 'list'),
      name('trial', id, 'set'),
    ],
    // Written out: these two are made for every key that a request waits for.
    key: (id) => `{${namespace}}:key:${id}`,
    lastUsed: (id) => `{${namespace}}:last-used:${id}`,
    serviceAccount: (id) => name('service-account', escaped(id)),
    claims: (text) => `{${namespace}}:claims:${text.slice(namespace.length + 3)}`,
    idempotency: (id) => name('idempotency', id),
    usedBatch: (instanceId) => name('used-batch', escaped(instanceId)),
    byCreation: ofWorkspace('by-creation'),
    byOwner: (workspaceId, owner) => name('by-owner', JSON.stringify([workspaceId, owner.type, owner.id])),
    byOwnerType: (workspaceId, type) => name('by-owner-type', JSON.stringify([workspaceId, type])),
    byEnvironment: (workspaceId, environment) => name('by-environment', JSON.stringify([workspaceId, environment])),
    bySecretAge: ofWorkspace('by-secret-age'),
    byExpiry: ofWorkspace('by-expiry'),
    byLastUse: ofWorkspace('by-last-use'),
    neverUsed: ofWorkspace('never-used'),
    ownerGone: ofWorkspace('owner-gone'),
    byOverlapEnd: ofWorkspace('by-overlap-end'),
    enabled: ofWorkspace('enabled'),
    disabled: ofWorkspace('disabled'),
    revoked: ofWorkspace('revoked'),
    byName: ofWorkspace('by-name'),
    byTokenEnd: ofWorkspace('by-token-end'),
    serviceAccounts: ofWorkspace('service-accounts'),
    livingServiceAccounts: ofWorkspace('living-service-accounts'),
    activity: ofWorkspace('activity'),
    activityByTarget: (workspaceId, id) => name('activity-by-target', JSON.stringify([workspaceId, id])),
    activityByActor: (workspaceId, { type, id }) => name('activity-by-actor', JSON.stringify([workspaceId, type, id])),
    activityByAction: (workspaceId, action) => name('activity-by-action', JSON.stringify([workspaceId, action])),
    revokedKeys: name('revoked-keys'),
    expiringKeys: name('expiring-keys'),
    deletedServiceAccounts: name('deleted-service-accounts'),
    idempotencyByAge: name('idempotency-by-age'),
    activityWorkspaces: name('activity-workspaces'),
    reminders: {
      expiring: name('reminders', 'expiring'),
      rotationDue: name('reminders', 'rotation-due'),
      unused: name('reminders', 'unused'),
      ownerGone: name('reminders', 'owner-gone'),
    },
    lines: name('lines'),
    follower: (follower) => name('follower', escaped(follower)),
    usageShards,
    usageShard: (workspaceId) => usageShards[shardOf(workspaceId)] ?? usageNames(`{${namespace}:usage:0}`),
  }
}

function usageNames(tag: string): UsageKeyNames {
  const ofDay =
    (kind: string) =>
    (workspaceId: string, start: number): string =>
      `${tag}:${kind}:${start}:${escaped(workspaceId)}`
  return {
    counts: ofDay('counts'),
    dayCounts: ofDay('day-counts'),
    totals: ofDay('totals'),
    busiest: ofDay('busiest'),
    days: (workspaceId) => `${tag}:days:${escaped(workspaceId)}`,
    lastHours: (workspaceId) => `${tag}:last-hours:${escaped(workspaceId)}`,
    daysByAge: `${tag}:days-by-age`,
    callers: (workspaceId, keyId) => `${tag}:callers:${JSON.stringify([workspaceId, keyId])}`,
    callersByAge: `${tag}:callers-by-age`,
    batch: (instanceId) => `${tag}:batch:${escaped(instanceId)}`,
  }
}

/**
 * Writes any text as one that Redis keeps apart from every other: control characters and lone surrogates, which UTF-8
 * cannot hold, are escaped as in JSON.
 */
export function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** The inverse of `escaped`. */
export function unescaped(text: string): string {
  return String(JSON.parse(`"${text}"`))
}

function shardOf(workspaceId: string): number {
  return createHash('sha256').update(escaped(workspaceId)).digest().readUInt8(0) % shards
}
