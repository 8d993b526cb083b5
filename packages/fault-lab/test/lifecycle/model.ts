import type { Owner } from '@claviger/core'
import type { Resources } from './limits.ts'
import { latest, type Process, type Timeline } from './timeline.ts'

/*
 * The reference model: everything there is, in arrays. Instants are milliseconds; `null` is never.
 */

export const hour = 3_600_000
export const day = 24 * hour

/** A secret of a key. */
export interface ModelSecret {
  readonly version: number
  readonly token: string
  readonly createdAt: number
  /** The end of its overlap; null for the current secret. */
  readonly endsAt: number | null
}

/** A key. */
export interface ModelKey {
  readonly id: string
  readonly workspace: string
  readonly revision: number
  readonly name: string
  readonly environment: string
  readonly permissions: readonly string[]
  readonly allowedAddresses: readonly string[]
  readonly resources: Resources
  readonly owner: Owner
  readonly createdBy: { readonly type: string; readonly id: string }
  readonly current: ModelSecret
  /** The one before, which may still work; of older ones nothing is left. */
  readonly previous: ModelSecret | undefined
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | null
  readonly disabledAt: number | null
  readonly revokedAt: number | null
  readonly revokedReason: string | null
}

/** A service account of Claviger. */
export interface ModelAccount {
  readonly id: string
  readonly workspace: string
  readonly revision: number
  readonly name: string
  readonly permissions: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly deletedAt: number | null
}

/** An owner as the host knows it: what it holds, or null when it has left. */
export interface HostOwner {
  readonly workspace: string
  readonly owner: Owner
  readonly grants: Timeline<readonly string[] | null>
}

/** A line of the activity log. */
export interface LogLine {
  readonly workspace: string
  readonly action: string
  readonly actor: string
  readonly target: string
}

/** A creating call that was carried out. */
export interface Remembered {
  readonly workspace: string
  readonly actor: string
  readonly idempotencyKey: string
  readonly input: string
  readonly keyId: string
}

/** The rules a keyring was given. */
export interface ModelPolicy {
  readonly maxLifetime: number | null
}

/** Everything. */
export interface Model {
  readonly policy: ModelPolicy
  /** Two tenants: the first is everyone's home, the second a stranger's. */
  readonly workspaces: readonly [string, string]
  now: number
  order: number
  heard: [number, number]
  readonly keys: Timeline<ModelKey>[]
  readonly accounts: Timeline<ModelAccount>[]
  readonly host: readonly HostOwner[]
  /** Every token ever shown, with the id of its key. */
  readonly tokens: { readonly token: string; readonly keyId: string }[]
  readonly remembered: Remembered[]
  readonly log: LogLine[]
}

/** Makes a model in which no one has made anything yet. */
export function emptyModel(policy: ModelPolicy, workspaces: readonly [string, string], now: number): Model {
  const known = (workspace: string, owner: Owner, grants: readonly string[]): HostOwner => ({
    workspace,
    owner,
    grants: [{ value: grants, at: now, order: 0, by: undefined }],
  })
  const all = ['*:*', 'keys:manage']
  const [home, elsewhere] = workspaces
  return {
    policy,
    workspaces,
    now,
    order: 0,
    heard: [0, 0],
    keys: [],
    accounts: [],
    host: [
      known(home, { type: 'user', id: 'ada' }, all),
      known(home, { type: 'user', id: 'bob' }, ['prompts:*', 'keys:manage']),
      known(home, { type: 'user', id: 'eve' }, all),
      known(home, { type: 'service', id: 'robot' }, ['prompts:read', 'context:download']),
      known(elsewhere, { type: 'user', id: 'ada' }, all),
    ],
    tokens: [],
    remembered: [],
    log: [],
  }
}

/** Makes a change that `by` announces; undefined when no one does. */
export function change<T>(model: Model, timeline: Timeline<T>, value: T, by: Process | undefined): void {
  model.order += 1
  timeline.push({ value, at: model.now, order: model.order, by })
}

/** Lets time pass. Announcements arrive everywhere within two seconds. */
export function pass(model: Model, ms: number): void {
  model.now += ms
  if (ms >= 2_000) model.heard = [model.order, model.order]
}

export function findKey(model: Model, id: string): ModelKey | undefined {
  const timeline = keyTimeline(model, id)
  return timeline && latest(timeline)
}

export function keyTimeline({ keys }: Model, id: string): Timeline<ModelKey> | undefined {
  return keys.find((timeline) => latest(timeline).id === id)
}

export function accountTimeline(
  { accounts }: Model,
  workspace: string,
  id: string,
): Timeline<ModelAccount> | undefined {
  return accounts.find((timeline) => latest(timeline).workspace === workspace && latest(timeline).id === id)
}

export function findAccount(model: Model, workspace: string, id: string): ModelAccount | undefined {
  const timeline = accountTimeline(model, workspace, id)
  return timeline && latest(timeline)
}

export function hostTimeline({ host }: Model, workspace: string, owner: Owner): HostOwner['grants'] | undefined {
  return host.find((known) => known.workspace === workspace && isSame(known.owner, owner))?.grants
}

/** What an owner holds now, or null when there is no such owner: accounts first, then whom the host knows. */
export function grantsOf(model: Model, workspace: string, owner: Owner): readonly string[] | null {
  const account = owner.type === 'service' ? findAccount(model, workspace, owner.id) : undefined
  if (account !== undefined) return account.deletedAt === null ? account.permissions : null
  const known = hostTimeline(model, workspace, owner)
  return known === undefined ? null : latest(known)
}

export function isSame(a: { type: string; id: string }, b: { type: string; id: string }): boolean {
  return a.type === b.type && a.id === b.id
}

/** What a key is at an instant. */
export function statusOf(key: ModelKey, now: number): 'revoked' | 'expired' | 'disabled' | 'rotating' | 'active' {
  if (key.revokedAt !== null) return 'revoked'
  if (key.expiresAt !== null && now >= key.expiresAt) return 'expired'
  if (key.disabledAt !== null) return 'disabled'
  return isOverlapping(key, now) ? 'rotating' : 'active'
}

/** Whether the previous secret still works beside the current one. */
export function isOverlapping({ previous }: ModelKey, now: number): boolean {
  return previous !== undefined && previous.endsAt !== null && now < previous.endsAt
}
