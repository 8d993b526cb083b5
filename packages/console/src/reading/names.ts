import type { ActivityEntry, ActorRef, Owner } from '@claviger/core'
import type { Person } from '../options/options.types.ts'
import type { Visit } from '../visit/visit.types.ts'

/** Names of those who own keys or did something. */
export interface Names {
  /** Never empty: the id where there is no name. */
  of(who: ActorRef | Owner): Person & { readonly type: ActorRef['type'] }
}

/** Reads the names of those on a page: each once, service accounts from the store, users from the host. */
export async function readNames(visit: Visit, all: readonly (ActorRef | Owner)[]): Promise<Names> {
  const idsOf = (type: ActorRef['type']): readonly string[] => [
    ...new Set(all.filter((one) => one.type === type).map(({ id }) => id)),
  ]
  const [people, accounts, keys] = await Promise.all([
    readPeople(visit, idsOf('user')),
    readEach(visit.can.manageServiceAccounts ? idsOf('service') : [], async (id) => {
      const { name } = await visit.keys.serviceAccounts.get(id)
      return { name }
    }),
    // Names of keys repeat: what the list shows of their tokens tells them apart.
    readEach(visit.can.list ? idsOf('key') : [], async (id) => {
      const { name, hint } = await visit.keys.get(id)
      return { name, detail: hint }
    }),
  ])
  const known: Readonly<Partial<Record<ActorRef['type'], ReadonlyMap<string, Person>>>> = {
    user: people,
    service: accounts,
    key: keys,
  }
  return {
    of({ type, id }) {
      if (type === 'system') return { type, name: 'System' }
      const found = known[type]?.get(id)
      if (found !== undefined) return { type, ...found }
      const isSelf = type === visit.actor.type && id === visit.actor.id
      return { type, name: isSelf ? 'You' : id }
    },
  }
}

/** Everyone that lines of the log name: who did it, and the owners before and after. */
export function whoIn(
  entries: readonly Pick<ActivityEntry, 'actor' | 'before' | 'after'>[],
): readonly (ActorRef | Owner)[] {
  return entries.flatMap(({ actor, before, after }) => [
    actor,
    ...[before?.owner, after?.owner].flatMap((owner) => {
      const named = ownerIn(owner)
      return named === undefined ? [] : [named]
    }),
  ])
}

/** An owner as a line of the log holds it; undefined for anything else. */
export function ownerIn(value: unknown): Owner | undefined {
  const { type, id } = Object(value) as { readonly type?: unknown; readonly id?: unknown }
  return (type === 'user' || type === 'service') && typeof id === 'string' ? { type, id } : undefined
}

// A name is an ornament: a page without it is better than no page.
async function readPeople(visit: Visit, ids: readonly string[]): Promise<ReadonlyMap<string, Person>> {
  try {
    return await visit.settings.people(ids, visit.actor)
  } catch (error) {
    visit.settings.onError(error, 'people', visit.requestId)
    return new Map()
  }
}

async function readEach(
  ids: readonly string[],
  read: (id: string) => Promise<Person>,
): Promise<ReadonlyMap<string, Person>> {
  const found = await Promise.allSettled(ids.map(read))
  return new Map(
    found.flatMap((one, index): [string, Person][] =>
      one.status === 'fulfilled' ? [[ids[index] ?? '', one.value]] : [],
    ),
  )
}
