import type { ManagedKey } from '@claviger/core'
import { isAlive } from '../components/key-menu.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'

/** Other keys of the same name and environment. No key says what it replaces: its name does, where it was kept. */
export interface Namesakes {
  /** Keys that live, not older than this one. */
  readonly newer: readonly ManagedKey[]
  /** Keys that have ended, not newer than this one. */
  readonly endedBefore: readonly ManagedKey[]
}

/** Reads them, newest first: as many as one call finds. */
export async function readNamesakes(
  visit: Visit,
  { id, name, environment, createdAt }: ManagedKey,
): Promise<Namesakes> {
  const found = visit.can.list
    ? await attempt(visit, 'keys of the same name', () =>
        visit.keys.list({ search: name, environment, ended: true, limit: 100 }),
      )
    : 'unavailable'
  const others = typeof found === 'string' ? [] : found.items.filter((key) => key.name === name && key.id !== id)
  return {
    newer: others.filter((key) => isAlive(key) && key.createdAt >= createdAt),
    endedBefore: others.filter((key) => !isAlive(key) && key.createdAt <= createdAt),
  }
}

/** A key that another one is about to replace, and those that may have replaced it already. */
export interface Replaced {
  readonly key: ManagedKey
  readonly newer: readonly ManagedKey[]
}

/** Reads it; throws where there is no such key. */
export async function readReplaced(visit: Visit, id: string): Promise<Replaced> {
  const key = await visit.keys.get(id)
  const { newer } = await readNamesakes(visit, key)
  return { key, newer }
}
