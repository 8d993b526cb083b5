import { isClavigerError, type ListKeysInput, type ManagedKey, type Owner } from '@claviger/core'
import { hasOwner } from './filters.ts'
import type { Visit } from '../visit/visit.types.ts'

/** A count that stops at a bound: a page never counts a whole workspace. */
export interface Count {
  readonly value: number
  readonly orMore: boolean
}

/** What the cards above the list say. */
export interface Stats {
  readonly active: Count
  readonly rotationDue: Count
  readonly unused: Count
  readonly expiring: Count
  /** Null where usage is not counted, or not for this actor. */
  readonly denied24h: { readonly denied: number; readonly requests: number } | null
  /** The owners of the keys that were counted: those one can filter by. */
  readonly owners: readonly Owner[]
}

/** The most that a card counts. */
const mostCounted = 100

/** Reads what the cards say: a bounded number of keys each. */
export async function readStats(visit: Visit): Promise<Stats> {
  const owners = new Map<string, Owner>()
  const count = async (input: ListKeysInput, counts: (key: ManagedKey) => boolean = () => true): Promise<Count> => {
    const { items, nextCursor } = await visit.keys.list({ ...input, limit: mostCounted })
    for (const { owner } of items) owners.set(`${owner.type} ${owner.id}`, owner)
    return { value: items.filter(counts).length, orMore: nextCursor !== null }
  }
  const [active, rotationDue, unused, expiring, denied24h] = await Promise.all([
    count({ status: ['active', 'rotating'] }, hasOwner),
    count({ attention: 'rotationDue' }),
    count({ attention: ['unused', 'neverUsed'] }),
    count({ attention: 'expiring' }),
    deniedOfLastDay(visit),
  ])
  return { active, rotationDue, unused, expiring, denied24h, owners: [...owners.values()] }
}

async function deniedOfLastDay(visit: Visit): Promise<Stats['denied24h']> {
  if (!visit.can.viewUsage || !visit.can.listAll || visit.actor.environment !== undefined) return null
  try {
    const { totals } = await visit.keys.workspaceUsage({ bucket: 'hour', limit: 1 })
    return { denied: totals.denied, requests: totals.requests }
  } catch (error) {
    if (!isClavigerError(error) || error.code !== 'ERR_CLAVIGER_NOT_SUPPORTED') {
      visit.settings.onError(error, 'usage', visit.requestId)
    }
    return null
  }
}
