import { type Activity, type KeyStore, type PlacedActivity, soon } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { accepted, activityEntry, change, insert, purgeAll, refused, same, start, stored } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

type ActivityAfter = NonNullable<KeyStore['activityAfter']>

const entry = (id: string, overrides: Partial<Activity> = {}): Activity => activityEntry({ id, ...overrides })

async function append(store: KeyStore, ...activity: readonly Activity[]): Promise<void> {
  accepted(await store.commit(change({ activity })))
}

/** All lines behind a position, in pages. */
async function linesAfter(activityAfter: ActivityAfter, position = 0, limit = 100): Promise<readonly PlacedActivity[]> {
  const lines: PlacedActivity[] = []
  let at = position
  for (let pages = 0; pages < 1_000; pages += 1) {
    const { items, through, last } = await activityAfter(at, limit)
    assert.ok(items.length <= limit, 'a page holds no more than asked for')
    assert.ok(
      items.every((line) => line.position <= through),
      'a page goes as far as its last line',
    )
    assert.ok(through === last || through > at, 'a page goes on, or there is nothing behind it')
    lines.push(...items)
    if (through === last) return lines
    at = through
  }
  assert.fail('the lines must come to an end')
}

const shown = (lines: readonly PlacedActivity[]): readonly string[] =>
  lines.map(({ position, entry: { id } }) => `${position} ${id}`)

/** The log as a follower reads it. */
export const linesOfAll: ContractGroup = {
  title: 'the log of all workspaces',
  define(test) {
    test('is empty at first, and ends at 0', async ({ need }) => {
      const { activityAfter } = need('activityAfter')
      same(await activityAfter(0, 10), { items: [], through: 0, last: 0 })
    })

    test('gives lines whole, of all workspaces, in the order of commits and not of instants', async ({
      store,
      need,
    }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      const entries = [
        entry('b', { at: start + 5, after: { name: 'New' }, origin: { ip: '192.0.2.1' } }),
        entry('a', { at: start, workspaceId: 'ws_globex' }),
        entry('c', { at: start - 5, workspaceId: `ws "\u00fc": \\` }),
      ]
      for (const one of entries) await append(store, one)
      same(await activityAfter(0, 10), {
        items: entries.map((one, index) => ({ position: index + 1, entry: one })),
        through: 3,
        last: 3,
      })
    })

    test('numbers the lines of one change in their order', async ({ store, need }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      await append(store, entry('z'), entry('a', { at: start + 1 }), entry('m', { at: start - 1 }))
      await append(store, entry('b'))
      assert.deepEqual(shown(await linesAfter(activityAfter)), ['1 z', '2 a', '3 m', '4 b'])
    })

    test('numbers the lines of silent changes, too', async ({ store, need }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      await append(store, entry('a'))
      const silent = [entry('b'), entry('c')]
      accepted(await store.commit(change({ activity: silent, silent: true })))
      await append(store, entry('d'))
      assert.deepEqual(shown(await linesAfter(activityAfter)), ['1 a', '2 b', '3 c', '4 d'])
    })

    test('leaves no number for a change that was refused, or had no line', async ({ store, need }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      await stored(store, testRecord())
      await append(store, entry('a'))
      refused(await store.commit(change({ writes: [insert(testRecord())], activity: [entry('refused')] })))
      await append(store)
      await append(store, entry('b'))
      assert.deepEqual(shown(await linesAfter(activityAfter)), ['1 a', '2 b'])
    })

    test('goes on behind any position, in pages of any size, and tells the last one', async ({ store, need }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      const ids = Array.from({ length: 12 }, (_, index) => `line-${String(11 - index).padStart(2, '0')}`)
      for (const [index, id] of ids.entries()) await append(store, entry(id, { workspaceId: `ws_${index % 3}` }))
      const expected = ids.map((id, index) => `${index + 1} ${id}`)
      for (const limit of [1, 5, 12, 100]) {
        assert.deepEqual(shown(await linesAfter(activityAfter, 0, limit)), expected)
        assert.deepEqual(shown(await linesAfter(activityAfter, 7, limit)), expected.slice(7))
      }
      assert.equal((await activityAfter(3, 2)).last, 12)
      assert.equal((await activityAfter(3, 2)).through, 5)
      assert.equal((await activityAfter(3, 100)).through, 12)
      same(await activityAfter(12, 5), { items: [], through: 12, last: 12 })
      same(await activityAfter(99, 5), { items: [], through: 12, last: 12 })
    })

    test('shows a reader every line of many concurrent changes, once and in one order', async ({ store, need }) => {
      const { activityAfter, second } = need('activityAfter', 'second', 'activity')
      const other = await second()
      const writers = Array.from({ length: 32 }, (_, index) => index)
      let isWriting = true
      const read: PlacedActivity[] = []
      const write = async (index: number): Promise<void> => {
        const activity = [entry(`${index}-a`), entry(`${index}-b`, { workspaceId: `ws_${index % 4}` })]
        const isSilent = index % 8 === 7
        const writes = isSilent ? [] : [insert(testRecord({ id: testKeyId(index) }))]
        accepted(await (index % 2 === 0 ? store : other).commit(change({ writes, activity, silent: isSilent })))
      }
      const reader = async (): Promise<void> => {
        for (let afterwards = 0; afterwards < 20; ) {
          if (!isWriting) afterwards += 1
          const { items } = await activityAfter(read.at(-1)?.position ?? 0, 5)
          read.push(...items)
          // Writers get their turn, also where a store answers at once.
          await new Promise<void>(soon)
        }
      }
      await Promise.all([
        reader(),
        Promise.all(writers.map(write)).finally(() => {
          isWriting = false
        }),
      ])
      assert.deepEqual(
        read.map(({ position }) => position),
        Array.from({ length: 64 }, (_, index) => index + 1),
      )
      const ids = read.map((line) => line.entry.id)
      assert.equal(new Set(ids).size, 64)
      for (const index of writers) assert.equal(ids.indexOf(`${index}-b`), ids.indexOf(`${index}-a`) + 1)
      same(await linesAfter(activityAfter), read)
    })

    test('lacks what was purged, and gives its numbers to no other line', async ({ store, need }) => {
      const { activityAfter, purge } = need('activityAfter', 'purge', 'activity')
      await append(store, entry('a'), entry('b', { at: start - 1, workspaceId: 'ws_globex' }), entry('c'))
      await purgeAll(purge, { activityBefore: start })
      for (const limit of [1, 2, 10]) assert.deepEqual(shown(await linesAfter(activityAfter, 0, limit)), ['1 a', '3 c'])
      await purgeAll(purge, { activityBefore: start + 1 })
      same(await activityAfter(0, 10), { items: [], through: 3, last: 3 })
      await append(store, entry('d', { at: start + 1 }))
      assert.deepEqual(shown(await linesAfter(activityAfter)), ['4 d'])
      assert.equal((await activityAfter(0, 1)).last, 4)
    })

    test('is the same from another handle, and after the store is opened again', async ({ store, need }) => {
      const { second, reopen } = need('activityAfter', 'second', 'reopen', 'activity')
      await append(store, entry('a'))
      const other = await second()
      await append(other, entry('b'))
      const reopened = await reopen()
      await append(reopened, entry('c'))
      assert.ok(reopened.activityAfter !== undefined, 'the reopened store has no activityAfter()')
      assert.deepEqual(shown(await linesAfter(reopened.activityAfter)), ['1 a', '2 b', '3 c'])
    })

    test('gives copies', async ({ store, need }) => {
      const { activityAfter } = need('activityAfter', 'activity')
      await append(store, entry('a', { after: { name: 'as it was' } }))
      const { items } = await activityAfter(0, 1)
      Object.assign(items[0]?.entry.after ?? {}, { name: 'changed by the caller' })
      same((await activityAfter(0, 1)).items[0]?.entry.after, { name: 'as it was' })
    })

    test('rejects an invalid position, and a limit outside 1 to 100', async ({ need }) => {
      const { activityAfter } = need('activityAfter')
      for (const position of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await assert.rejects(activityAfter(position, 1), /position/)
      }
      for (const limit of [0, 101, 1.5]) await assert.rejects(activityAfter(0, limit), /limit/)
    })
  },
}
