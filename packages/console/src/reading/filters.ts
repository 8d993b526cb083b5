import type { Attention, KeyStatus, ListKeysInput, ManagedKey } from '@claviger/core'
import { attentionLabels, statusLabels } from '../components/status.tsx'
import type { Sought } from './sought.ts'

/** How the list can be ordered. `created` is the order of the store; the others are made here. */
export type Sort = 'created' | 'name' | 'environment' | 'status' | 'lastUsed' | 'expires'

/** What the list shows, as it stands in the URL. */
export interface Filters {
  readonly q: string | undefined
  readonly status: KeyStatus | undefined
  readonly environment: string | undefined
  readonly owner: string | undefined
  readonly attention: Attention | undefined
  /** Whether revoked and expired keys are among them. */
  readonly ended: boolean
  readonly sort: Sort
  readonly descending: boolean
  readonly cursor: string | undefined
  /** Which part of a sorted list, from 0. */
  readonly part: number
}

/** Every order. */
const sorts: readonly Sort[] = ['created', 'name', 'environment', 'status', 'lastUsed', 'expires']

/** Reads the filters of a URL. What a filter does not know counts as not given. */
export function filtersFrom(query: URLSearchParams, environments: readonly string[]): Filters {
  const text = (name: string): string | undefined => query.get(name)?.trim().slice(0, 255) || undefined
  const oneOf = <Word extends string>(name: string, words: readonly Word[]): Word | undefined =>
    words.find((word) => word === query.get(name))
  const sort = query.get('sort') ?? ''
  const part = Number(query.get('part') ?? 0)
  return {
    q: text('q'),
    status: oneOf('status', Object.keys(statusLabels) as KeyStatus[]),
    environment: oneOf('environment', environments),
    owner: text('owner'),
    attention: oneOf('attention', Object.keys(attentionLabels) as Attention[]),
    ended: query.get('ended') === 'true',
    sort: sorts.find((one) => one === sort.replace(/^-/, '')) ?? 'created',
    descending: sort.startsWith('-'),
    cursor: query.get('cursor')?.slice(0, 1_024) || undefined,
    part: Number.isInteger(part) && part >= 0 && part < 100 ? part : 0,
  }
}

/** The query string of filters, with changes; without what is not set. Starts with `?`. */
export function searchOf(filters: Filters, changes: Partial<Filters> = {}): string {
  const { descending, sort, ended, part, ...rest } = { ...filters, cursor: undefined, part: 0, ...changes }
  const pairs = Object.entries({
    ...rest,
    ...(ended && { ended: 'true' }),
    ...((sort !== 'created' || descending) && { sort: `${descending ? '-' : ''}${sort}` }),
    ...(part > 0 && { part: String(part) }),
  }).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `?${new URLSearchParams(pairs).toString()}`
}

/** Whether anything narrows the list. */
export function isNarrowed({ q, status, environment, owner, attention }: Filters): boolean {
  return [q, status, environment, owner, attention].some((filter) => filter !== undefined)
}

/** A key that is rotating is active: two secrets of it work. */
function statusesOf(status: KeyStatus): KeyStatus | readonly KeyStatus[] {
  return status === 'active' ? ['active', 'rotating'] : status
}

/** Whether the owner of a key is there, as far as is known: a key whose owner left is refused, and is not active. */
export function hasOwner({ attention }: Pick<ManagedKey, 'attention'>): boolean {
  return !attention.includes('ownerGone')
}

/** What the filters ask of the keyring. A search looks among all keys: a leaked one may be revoked already. */
export function listInput(filters: Filters, sought: Sought | undefined): ListKeysInput {
  const { status, environment, owner, attention, ended, cursor } = filters
  return {
    ...(sought !== undefined && { search: sought.q }),
    ...(environment !== undefined && { environment }),
    ...(owner !== undefined && { ownerId: owner }),
    ...(attention !== undefined && {
      attention: attention === 'unused' ? (['unused', 'neverUsed'] as const) : attention,
    }),
    ...(status === undefined
      ? { ended: (ended || sought !== undefined) && attention === undefined }
      : { status: statusesOf(status) }),
    ...(cursor !== undefined && { cursor }),
  }
}
