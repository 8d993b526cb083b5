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
      matches: (record, query) => matchesQuery(query.attention?.type === type ? patch(record) : record, query),
    })

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
    breaks: ignoring('environment'),
    fails: ['by environment', 'every combination'],
  },
  { name: 'does not filter by owner', breaks: ignoring('ownerId'), fails: ['by owner id', 'every combination'] },
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
