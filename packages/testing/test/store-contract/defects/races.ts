import type { CommitResult, KeyRecord } from '@claviger/core/store'
import { memoryStore } from '@claviger/store-memory'
import { nextTurn } from '../collect.ts'
import type { Defect, FullStore } from '../honest-store.ts'
import { force, nudge } from '../tools.ts'
import { reviving } from './final.ts'

/** Reads, compares, and then writes: what happened in between is lost. */
async function checkThenAct(store: FullStore, change: Parameters<FullStore['commit']>[0]): Promise<CommitResult> {
  const ids = change.writes.flatMap((write) => (write.type === 'key' ? [write.record.id] : []))
  const found = await store.find(ids)
  for (const [write, { type, record, expectedRevision }] of change.writes.entries()) {
    const current = type === 'key' ? ((found.get(record.id) as KeyRecord | undefined) ?? null) : null
    if (type === 'key' && (current?.revision ?? 0) !== expectedRevision)
      return { ok: false, reason: 'conflict', write, current }
  }
  await nextTurn()
  return force(store, change)
}

export const races: readonly Defect[] = [
  {
    name: 'compares first and writes later',
    breaks: (store) => ({ commit: (change) => checkThenAct(store, change) }),
    fails: ['updates of one revision', 'inserts of one id', 'one handle win'],
  },
  {
    name: 'looks up the idempotency key first and writes it later',
    breaks: (store) => {
      const taken = new Set<string>()
      return {
        commit: async (change) => {
          const row = change.writes.findIndex(({ type }) => type === 'idempotency')
          if (row !== -1 && taken.has('row')) return { ok: false, reason: 'conflict', write: row, current: null }
          await nextTurn()
          if (row !== -1) taken.add('row')
          return store.commit({ ...change, writes: change.writes.filter(({ type }) => type !== 'idempotency') })
        },
      }
    },
    fails: ['under one idempotency key'],
  },
  {
    name: 'reads the head after the commit instead of in it',
    breaks: (store) => ({
      commit: async (change) => {
        const result = await store.commit(change)
        await nextTurn()
        return result.ok ? { ok: true, head: (await store.poll(null)).head } : result
      },
    }),
    fails: ['an epoch of its own'],
  },
  {
    name: 'lets the last write win and revive',
    breaks: (store) => reviving(store),
    fails: ['by an update that read the key before'],
  },
  {
    name: 'writes usage back as part of a record it has read',
    breaks: (store) => {
      const broken = { ...store, ...reviving(store) }
      return {
        ...broken,
        async addUsage(batch) {
          const found = await broken.find(batch.entries.map(({ keyId }) => keyId))
          await nextTurn()
          await store.addUsage(batch)
          for (const record of found.values()) {
            if (record === 'corrupt') continue
            const write = { type: 'key', record, expectedRevision: record.revision } as const
            await force(broken, { ...nudge, writes: [write], silent: true })
          }
        },
      }
    },
    fails: ['by a silent write or by usage'],
  },
  {
    name: 'drops the usage that comes while it is adding',
    breaks: (store) => {
      let busy = false
      return {
        async addUsage(batch) {
          if (busy) return
          busy = true
          await nextTurn()
          await store.addUsage(batch)
          busy = false
        },
      }
    },
    fails: ['usage of many instances'],
  },
  {
    name: 'gives every handle data of its own',
    harness: () => ({ second: async () => memoryStore() }),
    fails: ['one handle win'],
  },
]
