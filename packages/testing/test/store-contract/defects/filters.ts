import { type KeyQuery, keyStatus, type KeyRecord, matchesQuery } from '@claviger/core/store'
import type { Defect, FullStore } from '../honest-store.ts'
import { asking, listing, without } from '../tools.ts'

const ignoring =
  (...fields: readonly (keyof KeyQuery)[]) =>
  (store: FullStore): Partial<FullStore> =>
    asking(store, (query) => without(query, ...fields))

/** Searches in a way of its own; every other condition holds. */
const searching =
  (found: (record: KeyRecord, search: string) => boolean) =>
  (store: FullStore): Partial<FullStore> =>
    listing(store, {
      matches: (record, { search, ...query }) =>
        matchesQuery(record, query) && (search === undefined || found(record, search)),
    })

const attending =
  (type: string, patch: (record: KeyRecord) => KeyRecord) =>
  (store: FullStore): Partial<FullStore> =>
    listing(store, {
      matches: (record, query) =>
        matchesQuery(query.attention?.some((filter) => filter.type === type) ? patch(record) : record, query),
    })

function firstOf(query: KeyQuery, field: 'environments' | 'ownerIds' | 'attention'): KeyQuery {
  return query[field] === undefined ? query : { ...query, [field]: query[field].slice(0, 1) }
}

export const filters: readonly Defect[] = [
  {
    name: 'does not filter by status',
    breaks: ignoring('statuses'),
    fails: [
      'at the exact instant',
      'any of several statuses',
      'judges statuses',
      'from one state to the next',
      'every combination',
    ],
  },
  {
    name: 'calls a key active at the instant it expires',
    breaks: (store) =>
      listing(store, {
        matches: (record, { statuses, ...query }) =>
          matchesQuery(record, query) && (statuses === undefined || statuses.includes(keyStatus(record, query.at - 1))),
      }),
    fails: ['what is active', 'what is expired', 'what is rotating', 'judges statuses'],
  },
  {
    name: 'judges statuses by its own clock',
    breaks: (store) => asking(store, (query) => ({ ...query, at: Date.UTC(2099, 0, 1) })),
    fails: ['judges statuses'],
  },
  {
    name: 'takes an empty list of statuses for no filter',
    breaks: (store) => asking(store, (query) => (query.statuses?.length === 0 ? without(query, 'statuses') : query)),
    fails: ['any of several statuses'],
  },
  {
    name: 'does not filter by environment',
    breaks: ignoring('environments'),
    fails: ['by environment', 'every combination'],
  },
  { name: 'does not filter by owner', breaks: ignoring('ownerIds'), fails: ['by owner id', 'every combination'] },
  {
    name: 'takes the first of several environments only',
    breaks: (store) => asking(store, (query) => firstOf(query, 'environments')),
    fails: ['by environment'],
  },
  {
    name: 'takes the first of several owner ids only',
    breaks: (store) => asking(store, (query) => firstOf(query, 'ownerIds')),
    fails: ['by owner id'],
  },
  {
    name: 'takes the first of several reasons only',
    breaks: (store) => asking(store, (query) => firstOf(query, 'attention')),
    fails: ['unused keys'],
  },
  {
    name: 'takes an empty list of environments for no filter',
    breaks: (store) =>
      asking(store, (query) => (query.environments?.length === 0 ? without(query, 'environments') : query)),
    fails: ['by environment'],
  },
  {
    name: 'does not filter by visible owners',
    breaks: ignoring('visibleOwners'),
    fails: ['of visible owners', 'every combination'],
  },
  {
    name: 'takes an empty list of visible owners for no filter',
    breaks: (store) =>
      asking(store, (query) => (query.visibleOwners?.length === 0 ? without(query, 'visibleOwners') : query)),
    fails: ['of visible owners'],
  },
  {
    name: 'shows all owners of a type to an actor that may see one',
    breaks: (store) =>
      asking(store, ({ visibleOwners, ...query }) =>
        visibleOwners === undefined ? query : { ...query, visibleOwners: visibleOwners.map(({ type }) => ({ type })) },
      ),
    fails: ['of visible owners'],
  },
  {
    name: 'does not filter by attention',
    breaks: ignoring('attention'),
    fails: ['rotation is due', 'expire soon', 'owner is gone', 'never used, if', 'unused keys', 'every combination'],
  },
  {
    name: 'calls a rotation due because of the previous secret',
    breaks: attending('rotationDue', (record) => ({
      ...record,
      secrets: [record.secrets.at(-1) ?? record.secrets[0]],
    })),
    fails: ['rotation is due'],
  },
  {
    name: 'takes never for zero',
    breaks: attending('expiring', (record) => ({ ...record, expiresAt: record.expiresAt ?? 0 })),
    fails: ['expire soon'],
  },
  {
    name: 'calls a key unused that never was used',
    breaks: attending('unused', (record) => ({ ...record, lastUsedAt: record.lastUsedAt ?? 0 })),
    fails: ['unused keys'],
  },
  {
    name: 'does not search',
    breaks: ignoring('search'),
    fails: ['by its whole id', 'search text literally', 'every combination'],
  },
  {
    name: 'searches anywhere in the name',
    breaks: searching(({ name }, search) => name.toLowerCase().includes(search.toLowerCase())),
    fails: ['by its whole id'],
  },
  {
    name: 'searches with LIKE',
    breaks: searching(({ name }, search) =>
      new RegExp(
        `^${search
          .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
          .replaceAll('%', '.*')
          .replaceAll('_', '.')}`,
        'i',
      ).test(name),
    ),
    fails: ['search text literally'],
  },
  {
    name: 'keeps finding a key under its first name',
    breaks: (store) => {
      const first = new Map<string, string>()
      return {
        commit: (change) => {
          for (const { record } of change.writes)
            if ('name' in record && !first.has(record.id)) first.set(record.id, record.name)
          return store.commit(change)
        },
        ...listing(store, {
          matches: (record, query) => matchesQuery({ ...record, name: first.get(record.id) ?? record.name }, query),
        }),
      }
    },
    fails: ['from one state to the next'],
  },
]
