import { assert } from '../assert.ts'
import { change, purgeAll, stored } from './fixtures.ts'
import { testRecord } from '../records.ts'
import type { ContractGroup } from './suite.ts'

const later = 8_640_000_000_000_000

/** What keyrings write down about themselves. */
export const marks: ContractGroup = {
  title: 'marks',
  define(test) {
    test('there are none at first', async ({ need }) => {
      const { marks } = need('marks')
      assert.deepEqual([...(await marks(new Map()))], [])
    })

    test('gives what was proposed, and all that was there before', async ({ need }) => {
      const { marks } = need('marks')
      assert.deepEqual(sorted(await marks(new Map([['a', '1']]))), [['a', '1']])
      const both = [
        ['a', '1'],
        ['b', '2'],
      ]
      assert.deepEqual(sorted(await marks(new Map([['b', '2']]))), both)
      assert.deepEqual(sorted(await marks(new Map())), both)
    })

    test('never changes one that is there, and stores the others of the same call', async ({ need }) => {
      const { marks } = need('marks')
      await marks(new Map([['a', '1']]))
      const proposed = new Map([
        ['a', 'another'],
        ['b', '2'],
      ])
      const expected = [
        ['a', '1'],
        ['b', '2'],
      ]
      assert.deepEqual(sorted(await marks(proposed)), expected)
      assert.deepEqual(sorted(await marks(new Map())), expected)
    })

    test('keeps names and texts exactly', async ({ need }) => {
      const { marks } = need('marks')
      const hostile = [
        ['', ''],
        ['A', 'upper'],
        ['a', 'lower'],
        ['a ', 'behind a space'],
        [`it's \\ " % _ :\u{1f511}`, `{"\u00fc": '\n\t'}`],
        ['n'.repeat(128), 't'.repeat(255)],
      ] as const
      await marks(new Map(hostile))
      assert.deepEqual(sorted(await marks(new Map())), sorted(new Map(hostile)))
    })

    test('of different texts for one name at once, one wins and all are given it', async ({ need }) => {
      const { marks, second } = need('marks', 'second')
      const other = (await second()).marks
      assert.ok(other !== undefined, 'the second handle has no marks()')
      const proposals = Array.from({ length: 8 }, (_, index) => new Map([['product', `p${index}`]]))
      const answers = await Promise.all(
        proposals.map((proposed, index) => (index % 2 === 0 ? marks(proposed) : other(proposed))),
      )
      const [won = ''] = [...(await marks(new Map())).values()]
      assert.ok(/^p\d$/.test(won), 'no one won')
      for (const answer of answers) assert.deepEqual([...answer], [['product', won]])
    })

    test('survives that the store is opened again', async ({ need }) => {
      const { marks, reopen } = need('marks', 'reopen')
      await marks(new Map([['a', '1']]))
      assert.deepEqual([...((await (await reopen()).marks?.(new Map())) ?? [])], [['a', '1']])
    })

    test('is not purged', async ({ need }) => {
      const { marks, purge } = need('marks', 'purge')
      await marks(new Map([['a', '1']]))
      const limits = {
        revokedKeysBefore: later,
        deletedServiceAccountsBefore: later,
        activityBefore: later,
        usageBefore: later,
        idempotencyBefore: later,
      }
      await purgeAll(purge, limits)
      assert.deepEqual([...(await marks(new Map()))], [['a', '1']])
    })

    test('moves no head', async ({ store, need }) => {
      const { marks, poll } = need('marks', 'poll')
      await stored(store, testRecord())
      await store.commit(change())
      const { head } = await poll(null)
      await marks(new Map([['a', '1']]))
      assert.deepEqual(await poll(head), { head, changes: [] })
    })
  },
}

function sorted(marks: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...marks].sort(([a], [b]) => (a < b ? -1 : 1))
}
