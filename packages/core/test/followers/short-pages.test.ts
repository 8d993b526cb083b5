import { type MemoryStore, memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import type { FollowedActivity, LostLines } from '../../src/index.ts'
import { setUp } from '../support/set-up.ts'

const turns = async (count = 300): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setImmediate(resolve))
}

/** A store that has numbered these lines, and cannot read them or has them no more. */
function lacking(memory: MemoryStore, isGone: (position: number) => boolean): MemoryStore {
  return {
    ...memory,
    async activityAfter(position, limit) {
      const answer = await memory.activityAfter(position, limit)
      return { ...answer, items: answer.items.filter((item) => !isGone(item.position)) }
    },
  }
}

async function followed(isGone: (position: number) => boolean): Promise<{ seen: unknown[]; lost: LostLines[] }> {
  const { keyring, create } = setUp({ on: lacking(memoryStore(), isGone) })
  for (const name of ['A', 'B', 'C', 'D', 'E', 'F', 'G']) await create({ name })
  const [seen, lost]: [unknown[], LostLines[]] = [[], []]
  keyring.follow('siem', ({ after }: FollowedActivity) => void seen.push(after?.['name']), {
    batchSize: 3,
    onLost: (lines) => void lost.push(lines),
  })
  await turns()
  return { seen, lost }
}

const purged = (first: number, last: number) => ({ follower: 'siem', first, last, reason: 'purged' })

describe('a follower of a log in which lines are gone', () => {
  test('loses nothing but these, wherever they stand in a page', async () => {
    for (const gone of [1, 2, 3, 4, 6]) {
      const { seen, lost } = await followed((position) => position === gone)
      expect(seen).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G'].filter((_, index) => index + 1 !== gone))
      expect(lost).toEqual([purged(gone, gone)])
    }
  })

  test('goes on behind whole pages of them', async () => {
    const { seen, lost } = await followed((position) => position <= 6)
    expect(seen).toEqual(['G'])
    expect(lost).toEqual([purged(1, 3), purged(4, 6)])
  })

  test('comes to the end where the last ones are gone', async () => {
    const { seen, lost } = await followed((position) => position >= 6)
    expect(seen).toEqual(['A', 'B', 'C', 'D', 'E'])
    expect(lost.map(({ first, last }) => [first, last])).toEqual([
      [6, 6],
      [7, 7],
    ])
  })
})

test('the place of a follower is stored after every page', async () => {
  const memory = memoryStore()
  const { keyring, create } = setUp({ on: memory })
  for (const name of ['A', 'B', 'C', 'D', 'E']) await create({ name })
  keyring.follow('siem', () => undefined, { batchSize: 2 })
  await turns()
  const { position } = await memory.claimFollower({ name: 'siem', holder: 'someone else', at: 0, until: 1 })
  expect(position).toBe(5)
})

test('an answer whose page does not go on, or goes beyond its end, is an outage and loses nothing', async () => {
  for (const through of [0, 9, 1.5, undefined]) {
    const memory = memoryStore()
    const faults: string[] = []
    const broken = {
      ...memory,
      activityAfter: async (position: number, limit: number) =>
        Object.assign(await memory.activityAfter(position, limit), { through }),
    }
    const { keyring, create } = setUp({ on: broken, onError: ({ error }) => void faults.push(String(error)) })
    await create({ name: 'A' })
    const lost: LostLines[] = []
    const follower = keyring.follow('siem', () => undefined, { onLost: (lines) => void lost.push(lines) })
    await turns()
    expect(faults.join()).toMatch(/out of order/)
    expect([lost, follower.position]).toEqual([[], 0])
    await follower.close()
  }
})
