import type { KeyRecord } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import type { Defect } from '../honest-store.ts'
import { reading, writing } from '../tools.ts'

const cut = (length: number) => (text: string) => text.slice(0, length)

export const roundTrips: readonly Defect[] = [
  {
    name: 'forgets who created a key',
    breaks: (store) => writing(store, (record) => ({ ...record, createdBy: record.owner })),
    fails: ['every field set'],
  },
  {
    name: 'forgets that a token was imported',
    breaks: (store) =>
      reading(store, (record) => ({
        ...record,
        secrets: record.secrets.map(({ imported: _, ...secret }) => secret) as unknown as KeyRecord['secrets'],
      })),
    fails: ['which secrets were imported'],
  },
  {
    name: 'stores null as an empty text',
    breaks: (store) => reading(store, (record) => ({ ...record, description: record.description ?? '' })),
    fails: ['null as null'],
  },
  {
    name: 'merges an update into the record before it',
    breaks: (store) => ({
      commit: async (change) => {
        const ids = change.writes.flatMap((write) => (write.type === 'key' ? [write.record.id] : []))
        const before = await store.find(ids)
        return writing(store, (record) => {
          const old = before.get(record.id)
          return typeof old === 'object' ? { ...record, description: record.description ?? old.description } : record
        }).commit?.(change) as ReturnType<typeof store.commit>
      },
    }),
    fails: ['an update whole'],
  },
  {
    name: 'has no place for what restricts a key',
    breaks: (store) =>
      writing(store, (record) => ({ ...record, restrictions: [], allowedAddresses: [], resources: {} })),
    fails: ['every field set', 'what restricts a key', 'restricts a key, and ends', 'longest values'],
  },
  {
    name: 'has no place for reminders',
    breaks: (store) => writing(store, (record) => ({ ...record, reminders: {} })),
    fails: ['every field set', 'when reminders were sent', 'longest values'],
  },
  {
    name: 'keeps only restrictions that it knows',
    breaks: (store) =>
      writing(store, (record) => ({
        ...record,
        restrictions: record.restrictions.filter((name) => name === 'addresses' || name === 'resources'),
      })),
    fails: ['what restricts a key'],
  },
  {
    name: 'keeps a restriction that was ended',
    breaks: (store) => ({
      commit: async (change) => {
        const ids = change.writes.flatMap((write) => (write.type === 'key' ? [write.record.id] : []))
        const before = await store.find(ids)
        return writing(store, (record) => {
          const old = before.get(record.id)
          if (typeof old !== 'object' || record.restrictions.length > 0) return record
          const { restrictions, allowedAddresses, resources } = old
          return { ...record, restrictions, allowedAddresses, resources }
        }).commit?.(change) as ReturnType<typeof store.commit>
      },
    }),
    fails: ['restricts a key, and ends'],
  },
  {
    name: 'trims names',
    breaks: (store) => writing(store, (record) => ({ ...record, name: record.name.trim() })),
    fails: ['every kind of text'],
  },
  {
    name: 'cuts a text at NUL',
    breaks: (store) => writing(store, (record) => ({ ...record, name: record.name.split('\0')[0] ?? '' })),
    fails: ['NUL'],
  },
  {
    name: 'copies metadata by assignment',
    breaks: (store) =>
      reading(store, (record) => {
        const metadata: Record<string, string> = {}
        for (const [name, value] of Object.entries(record.metadata)) metadata[name] = value
        return { ...record, metadata }
      }),
    fails: ['__proto__'],
  },
  {
    name: 'has a column of 255 characters for descriptions',
    breaks: (store) =>
      writing(store, (record) => ({ ...record, description: record.description && cut(255)(record.description) })),
    fails: ['longest values'],
  },
  {
    name: 'keeps instants in seconds',
    breaks: (store) =>
      reading(store, (record) => ({ ...record, createdAt: Math.floor(record.createdAt / 1_000) * 1_000 })),
    fails: ['instants to the millisecond', 'every field set'],
  },
  {
    name: 'forgets the description of a service account',
    breaks: (store) => ({
      services: async (query) => {
        const page = await store.services(query)
        return { ...page, items: page.items.map((account) => Object.assign(account, { description: null })) }
      },
    }),
    fails: ['a service account'],
  },
  {
    name: 'does not tell which idempotency row was in the way',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        return result.ok ? result : { ...result, current: null }
      },
    }),
    fails: ['an idempotency row'],
  },
  {
    name: 'is empty when opened again',
    harness: () => ({ reopen: async () => memoryStore() }),
    fails: ['closed and opened again'],
  },
]
