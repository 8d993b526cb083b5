import type { AttentionFilter, KeyQuery, KeyStatus } from '@claviger/core/store'
import type { Database } from '../database.ts'
import type { KeyNames } from '../names.ts'
import { olderThan, cursorInText, cursorOf, withPrefix, withText } from '../indexes/cursors.ts'
import { findKeys } from '../records.ts'
import { listReply, numberReply, textsReply } from '../client/replies.ts'

/** A part of a sorted set: keys that a condition can match. */
interface Part {
  readonly set: string
  readonly by: 'SCORE' | 'LEX'
  readonly min: string
  readonly max: string
  /** Whether a member is of the part, by its score; absent where members are more than cursors. */
  readonly holds?: (score: number, cursor: string) => boolean
}

/** Parts that together hold every key a condition can match. */
type Condition = readonly Part[]

/** What indexes tell about the answer to a query. */
export interface Candidates {
  /** The cursors of all keys that can match, in list order, when they are few; undefined: the listing has to be walked. */
  readonly cursors: readonly string[] | undefined
  /** Leaves out of some cursors those of keys that cannot match. */
  narrow(cursors: readonly string[]): Promise<readonly string[]>
}

// Up to so many cursors are read to be put in order; where a condition matches more, walking the listing finds them soon.
const maxCandidates = 5_000

/** Asks the index of each condition that a query has. The keys still have to be compared with the query. */
export async function candidatesOf(database: Database, query: KeyQuery): Promise<Candidates> {
  const conditions = await conditionsOf(database, query)
  const counts = await Promise.all(conditions.map((condition) => countIn(database, condition)))
  const fewest = Math.min(maxCandidates + 1, ...counts)
  const best = conditions[counts.indexOf(fewest)]
  return {
    cursors: best === undefined ? undefined : await cursorsIn(database, best),
    async narrow(cursors) {
      let left = cursors
      for (const condition of conditions) {
        if (condition !== best && left.length > 0) left = await cursorsWithin(database, condition, left)
      }
      return left
    },
  }
}

async function countIn({ commands }: Database, condition: Condition): Promise<number> {
  const counts = condition.map(async ({ set, by, min, max }) =>
    numberReply(await commands.send(by === 'LEX' ? 'ZLEXCOUNT' : 'ZCOUNT', set, min, max)),
  )
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

async function cursorsIn({ commands }: Database, condition: Condition): Promise<readonly string[]> {
  const cursors = await Promise.all(
    condition.map(async ({ set, by, min, max, holds }) => {
      const members = textsReply(await commands.send(`ZRANGEBY${by}`, set, min, max, 'LIMIT', 0, maxCandidates))
      return holds === undefined ? members.map(cursorInText) : members
    }),
  )
  // Cursors are ASCII, so the order of characters is the order of bytes.
  return [...new Set(cursors.flat())].sort()
}

async function cursorsWithin(
  { commands }: Database,
  condition: Condition,
  cursors: readonly string[],
): Promise<readonly string[]> {
  const held = new Set<string>()
  for (const { set, holds } of condition) {
    if (holds === undefined) return cursors
    const scores = listReply(await commands.send('ZMSCORE', set, ...cursors))
    for (const [index, cursor] of cursors.entries()) {
      const score = scores[index] ?? null
      if (score !== null && holds(numberReply(score), cursor)) held.add(cursor)
    }
  }
  return cursors.filter((cursor) => held.has(cursor))
}

/** The conditions of a query that an index knows. */
async function conditionsOf(database: Database, query: KeyQuery): Promise<readonly Condition[]> {
  const { names } = database
  const { workspaceId, environments, ownerIds, visibleOwners, statuses, attention, search } = query
  const conditions: (Condition | undefined)[] = [
    few(ownerIds)?.flatMap((id) =>
      (['user', 'service'] as const).map((type) => whole(names.byOwner(workspaceId, { type, id }))),
    ),
    few(visibleOwners)?.map(({ type, id }) =>
      whole(id === undefined ? names.byOwnerType(workspaceId, type) : names.byOwner(workspaceId, { type, id })),
    ),
    few(environments)?.map((environment) => whole(names.byEnvironment(workspaceId, environment))),
    statuses?.map((status) => statusPart(names, query, status)),
    attention?.map((filter) => attentionPart(names, workspaceId, filter)),
    search === undefined ? undefined : await searchParts(database, workspaceId, search),
  ]
  return conditions.filter((condition) => condition !== undefined)
}

/** A long list is not worth a question each: other conditions narrow, and every key is compared with the query. */
function few<Item>(items: readonly Item[] | undefined): readonly Item[] | undefined {
  return items === undefined || items.length > 100 ? undefined : items
}

function whole(set: string): Part {
  return { set, by: 'LEX', min: '-', max: '+', holds: () => true }
}

function scored(set: string, min: string, max: string, holds: (score: number) => boolean): Part {
  return { set, by: 'SCORE', min, max, holds }
}

function statusPart(names: KeyNames, { workspaceId, at }: KeyQuery, status: KeyStatus): Part {
  switch (status) {
    case 'revoked':
      return scored(names.revoked(workspaceId), '-inf', '+inf', () => true)
    case 'expired':
      return scored(names.byExpiry(workspaceId), '-inf', String(at), (expiresAt) => expiresAt <= at)
    case 'disabled':
      return scored(names.disabled(workspaceId), '-inf', '+inf', () => true)
    case 'rotating':
      return scored(names.byOverlapEnd(workspaceId), `(${at}`, '+inf', (endsAt) => endsAt > at)
    case 'active':
      return whole(names.enabled(workspaceId))
  }
}

function attentionPart(names: KeyNames, workspaceId: string, filter: AttentionFilter): Part {
  const before = (set: string, limit: number): Part => scored(set, '-inf', `(${limit}`, (score) => score < limit)
  switch (filter.type) {
    case 'rotationDue':
      return before(names.bySecretAge(workspaceId), filter.secretCreatedBefore)
    case 'unused':
      return before(names.byLastUse(workspaceId), filter.lastUsedBefore)
    case 'neverUsed': {
      const min = olderThan(filter.createdBefore)
      return {
        set: names.neverUsed(workspaceId),
        by: 'LEX',
        min,
        max: '+',
        holds: (_score, cursor) => `[${cursor}` >= min,
      }
    }
    case 'expiring':
      return before(names.byExpiry(workspaceId), filter.expiresBefore)
    case 'ownerGone':
      return scored(names.ownerGone(workspaceId), '-inf', '+inf', () => true)
  }
}

async function searchParts(database: Database, workspaceId: string, search: string): Promise<Condition | undefined> {
  const { names } = database
  const prefix = withPrefix(search.toLowerCase())
  if (prefix === undefined) return undefined
  const found = (await findKeys(database, [search])).get(search)
  const cursor =
    found === undefined || found === 'corrupt' ? undefined : cursorOf({ at: found.createdAt, id: found.id })
  const creation = names.byCreation(workspaceId)
  return [
    { set: names.byName(workspaceId), by: 'LEX', ...prefix },
    { set: names.byTokenEnd(workspaceId), by: 'LEX', ...withText(search) },
    ...(cursor === undefined
      ? []
      : [{ set: creation, by: 'LEX', min: `[${cursor}`, max: `[${cursor}`, holds: () => true } as const]),
  ]
}
