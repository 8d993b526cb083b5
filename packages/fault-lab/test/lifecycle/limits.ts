import type { Owner } from '@claviger/core'

/*
 * From where and for what keys may be used, enumerated. Every entry of a list of addresses that occurs says which of the
 * clients below it lets in, and every place that the entries tell apart has a client; so does every resource have an id, and
 * all that is not named stands behind `other`. A comparison of lists is one of the clients and ids they let in.
 */

const entries: Readonly<Record<string, readonly string[]>> = {
  '192.0.2.1': ['192.0.2.1'],
  '192.0.2.0/25': ['192.0.2.1', '192.0.2.77'],
  '192.0.2.128/25': ['192.0.2.200'],
  '192.0.2.0/24': ['192.0.2.1', '192.0.2.77', '192.0.2.200'],
  '198.51.100.7': ['198.51.100.7'],
  '0.0.0.0/0': ['192.0.2.1', '192.0.2.77', '192.0.2.200', '198.51.100.7', '203.0.113.9'],
  '2001:db8::/32': ['2001:db8::1'],
}

/** Where requests come from. */
export const clients: readonly string[] = [
  '192.0.2.1',
  '192.0.2.77',
  '192.0.2.200',
  '198.51.100.7',
  '203.0.113.9',
  '2001:db8::1',
  '2a00::1',
]

/** Lists of addresses, as they are stored. Empty: any. */
export const addressLists: readonly (readonly string[])[] = [
  [],
  ['192.0.2.1'],
  ['192.0.2.0/24'],
  ['192.0.2.0/25', '192.0.2.128/25'],
  ['192.0.2.0/25', '198.51.100.7'],
  ['0.0.0.0/0'],
  ['192.0.2.1', '2001:db8::/32'],
]

/** Which clients a list lets in. */
export function clientsOf(list: readonly string[]): readonly string[] {
  return list.length === 0
    ? clients
    : clients.filter((client) => list.some((entry) => entries[entry]?.includes(client)))
}

/** Ids by type; all of a type that is absent. */
export type Resources = Readonly<Partial<Record<ResourceType, readonly string[]>>>
type ResourceType = 'dataset' | 'project'

/** The declared types of resources, with every id that occurs. */
export const types = ['dataset', 'project'] as const
const universe: Readonly<Record<ResourceType, readonly string[]>> = {
  dataset: ['d1', 'd2', 'other'],
  project: ['p1', 'p2', 'p3', 'other'],
}

/** Selections, as they are stored. */
export const selections: readonly Resources[] = [
  {},
  { project: ['p1'] },
  { project: ['p1', 'p2'] },
  { project: ['p3'] },
  { dataset: ['d1'] },
  { dataset: ['d1'], project: ['p1', 'p2'] },
]

/** Which ids of a type a selection reaches. */
export function idsOf(resources: Resources, type: ResourceType): readonly string[] {
  return resources[type] ?? universe[type]
}

/** What both reach. */
export function both(a: Resources, b: Resources): Resources {
  return Object.fromEntries(
    types
      .filter((type) => a[type] !== undefined || b[type] !== undefined)
      .map((type) => [type, idsOf(a, type).filter((id) => idsOf(b, type).includes(id))]),
  )
}

/** Whether one reaches all that another does. */
export function reachesAll(held: Resources, wanted: Resources): boolean {
  return types.every((type) => idsOf(wanted, type).every((id) => idsOf(held, type).includes(id)))
}

/** Which resources the host lets its people reach. */
export function resourcesOf({ id }: Pick<Owner, 'id'>): Resources {
  return id === 'bob' || id === 'robot' ? { project: ['p1', 'p2'] } : {}
}

/** What a key may do: each grant, on each resource it reaches. */
export interface Might {
  readonly permissions: readonly string[]
  readonly resources: Resources
}

/**
 * What a change hands out: of each grant on each pair of resources that was not there before, the grants and the ids;
 * undefined for nothing. A key without a grant still reaches something.
 */
export function handedOut(
  before: Might,
  after: Might,
  covers: (grants: readonly string[], wanted: string) => boolean,
): Might | undefined {
  const [dataset, project] = [new Set<string>(), new Set<string>()]
  const permissions = new Set<string>()
  let isAny = false
  for (const grant of ['nothing', ...after.permissions]) {
    const isHeld = grant === 'nothing' || covers(before.permissions, grant)
    for (const d of idsOf(after.resources, 'dataset')) {
      for (const p of idsOf(after.resources, 'project')) {
        const wasReached =
          idsOf(before.resources, 'dataset').includes(d) && idsOf(before.resources, 'project').includes(p)
        if (isHeld && wasReached) continue
        isAny = true
        if (grant !== 'nothing') permissions.add(grant)
        dataset.add(d)
        project.add(p)
      }
    }
  }
  return isAny
    ? { permissions: [...permissions], resources: { dataset: [...dataset], project: [...project] } }
    : undefined
}
