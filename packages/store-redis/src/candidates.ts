import type { AttentionFilter, KeyQuery } from '@claviger/core/store'
import type { Database } from './database.ts'
import type { KeyNames } from './keys.ts'
import { olderThan } from './places.ts'
import { numberReply, textsReply } from './replies.ts'

/** Parts of sorted sets that together hold every key a condition can match. */
interface Candidates {
  readonly by: 'SCORE' | 'LEX'
  readonly sets: readonly string[]
  readonly min: string
  readonly max: string
}

// Up to so many places are read to be put in order; where a condition matches more, walking the listing finds them soon.
const maxCandidates = 5_000

/**
 * The places of all keys that can match, in list order, when an index tells that they are few; undefined when the
 * listing has to be walked. The keys still have to be compared with the query.
 */
export async function candidatePlaces(database: Database, query: KeyQuery): Promise<readonly string[] | undefined> {
  const { names, commands } = database
  const options = [...ownerCandidates(names, query), ...attentionCandidates(names, query)]
  const counted = await Promise.all(
    options.map(async (option) => {
      const counts = option.sets.map((set) =>
        commands.send(`Z${option.by === 'LEX' ? 'LEX' : ''}COUNT`, set, option.min, option.max),
      )
      return { option, count: (await Promise.all(counts)).reduce<number>((sum, count) => sum + numberReply(count), 0) }
    }),
  )
  const [best] = counted.toSorted((a, b) => a.count - b.count)
  if (best === undefined || best.count > maxCandidates) return undefined
  const { by, sets, min, max } = best.option
  const places = await Promise.all(
    sets.map(async (set) => textsReply(await commands.send(`ZRANGEBY${by}`, set, min, max, 'LIMIT', 0, maxCandidates))),
  )
  // Places are ASCII, so the order of characters is the order of bytes.
  return [...new Set(places.flat())].sort()
}

function ownerCandidates(names: KeyNames, { workspaceId, ownerId, visibleOwners }: KeyQuery): Candidates[] {
  const whole = { by: 'LEX', min: '-', max: '+' } as const
  const options: Candidates[] = []
  if (ownerId !== undefined) {
    const types = ['user', 'service'] as const
    options.push({ ...whole, sets: types.map((type) => names.byOwner(workspaceId, { type, id: ownerId })) })
  }
  const owners = visibleOwners?.flatMap(({ type, id }) => (id === undefined ? [] : [{ type, id }]))
  if (owners !== undefined && owners.length === visibleOwners?.length && owners.length <= 100) {
    options.push({ ...whole, sets: [...new Set(owners.map((owner) => names.byOwner(workspaceId, owner)))] })
  }
  return options
}

function attentionCandidates(names: KeyNames, { workspaceId, attention }: KeyQuery): Candidates[] {
  return attention === undefined ? [] : [attentionSet(names, workspaceId, attention)]
}

function attentionSet(names: KeyNames, workspaceId: string, filter: AttentionFilter): Candidates {
  const before = (set: string, limit: number): Candidates => ({
    by: 'SCORE',
    sets: [set],
    min: '-inf',
    max: `(${limit}`,
  })
  switch (filter.type) {
    case 'rotationDue':
      return before(names.bySecretAge(workspaceId), filter.secretCreatedBefore)
    case 'unused':
      return before(names.byLastUse(workspaceId), filter.lastUsedBefore)
    case 'neverUsed':
      return { by: 'LEX', sets: [names.neverUsed(workspaceId)], min: olderThan(filter.createdBefore), max: '+' }
    case 'expiring':
      return before(names.byExpiry(workspaceId), filter.expiresBefore)
    case 'ownerGone':
      return { by: 'SCORE', sets: [names.ownerGone(workspaceId)], min: '-inf', max: '+inf' }
  }
}
