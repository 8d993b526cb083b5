import { type CallerEntry, dayMs, hourMs, mergeCallers, mostCallers } from '@claviger/core/store'
import { assert } from '../assert.ts'
import { testKeyId, testRecord } from '../records.ts'
import { purgeAll, same, start, stored } from './fixtures.ts'
import type { ContractGroup } from './suite.ts'

function caller(overrides: Partial<CallerEntry> = {}): CallerEntry {
  return {
    workspaceId: 'ws_acme',
    keyId: testKeyId(1),
    version: 1,
    network: '10.2.0.0/16',
    agent: 'node',
    lastUsedAt: start,
    ...overrides,
  }
}

/** Callers of one key, each a millisecond later than the one before. */
function series(count: number, overrides: Partial<CallerEntry> = {}): readonly CallerEntry[] {
  return Array.from({ length: count }, (_, index) =>
    caller({ network: `10.${index}.0.0/16`, lastUsedAt: start + index, ...overrides }),
  )
}

const ofKey = { workspaceId: 'ws_acme', keyId: testKeyId(1) }

/** Who used a key: of each caller the latest use, of each key those that were there last. */
export const callersOfKeys: ContractGroup = {
  title: 'callers',
  define(test) {
    test('gives back who used a key, the latest first', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const some = [
        caller({ lastUsedAt: 0 }),
        caller({ version: 2, network: '2001:db8:1::/48', agent: 'python-requests', lastUsedAt: start + 2 }),
        caller({ version: 12, network: null, agent: null, lastUsedAt: start + 1 }),
      ]
      await addCallers(some)
      same(await callers(ofKey), [some[1], some[2], some[0]])
    })

    test('keeps the latest use of a caller, in any order of arrival', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      await addCallers([caller({ lastUsedAt: start + 5 })])
      await addCallers([caller({ lastUsedAt: start + 3 })])
      same(await callers(ofKey), [caller({ lastUsedAt: start + 5 })])
      await addCallers([caller({ lastUsedAt: start + 9 })])
      await addCallers([7, 11, 8].map((ms) => caller({ lastUsedAt: start + ms })))
      same(await callers(ofKey), [caller({ lastUsedAt: start + 11 })])
    })

    // The answer to a call can be lost; it is then sent again.
    test('changes nothing when it is told the same again', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const some = series(mostCallers + 5)
      await addCallers(some)
      const before = await callers(ofKey)
      await addCallers(some)
      await addCallers(some.toReversed())
      same(await callers(ofKey), before)
      assert.equal(before.length, mostCallers)
    })

    test('tells secrets, networks and programs apart, and one that is not known from every other', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const texts = [null, 'null', '', 'Node', 'node', 'node ', '__proto__', 'constructor', '"', '\\', ',', '["a"]']
      const some = [
        ...texts.map((agent) => ({ agent })),
        ...texts.filter((text) => text !== 'node').map((network) => ({ network })),
        ...[0, 2, 11].map((version) => ({ version })),
        { network: null, agent: null },
        { network: 'a', agent: null },
        { network: null, agent: 'a' },
      ].map((names, index) => caller({ network: 'node', agent: 'node', ...names, lastUsedAt: start - index }))
      await addCallers(some)
      same(await callers(ofKey), some)
    })

    test(`keeps the ${mostCallers} callers of a key that were there last`, async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const some = series(mostCallers + 30)
      // The oldest come last, one by one and many at once.
      await addCallers(some.slice(20))
      await addCallers(some.slice(0, 15))
      for (const one of some.slice(15, 20)) await addCallers([one])
      same(await callers(ofKey), mergeCallers([], some))
      // One that had to go is back with its next use, in the place of the oldest.
      const back = caller({ ...some[3], lastUsedAt: start + 1_000 })
      await addCallers([back])
      same(await callers(ofKey), [back, ...some.slice(31).toReversed()])
    })

    test('chooses among callers of one instant by their names, in any order of arrival', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const some = series(mostCallers + 10, { lastUsedAt: start })
      await addCallers(some.slice(30).toReversed())
      await addCallers(some.slice(0, 30))
      same(await callers(ofKey), mergeCallers([], some))
    })

    test('keeps the callers of each key, and of each workspace, for themselves', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const names = ['a', 'A', 'a ', ' a', 'b', 'a:b', 'a","b', 'a%', 'a_', 'a*', 'a\\', "a'b", '\u00e4', '\u{1f511}']
      const ids = [...names, '__proto__', 'constructor', 'n'.repeat(255)]
      const keys = ids.flatMap((workspaceId) => ids.map((keyId) => ({ workspaceId, keyId })))
      const some = keys.map((key, index) => caller({ ...key, lastUsedAt: start + index }))
      await addCallers(some)
      for (const [index, { workspaceId, keyId }] of keys.entries()) {
        if (index % 7 === 0) same(await callers({ workspaceId, keyId }), [some[index]])
      }
      // Joined with a separator, these would be one.
      await addCallers([caller({ workspaceId: 'x:y', keyId: 'z', agent: 'one' })])
      await addCallers([caller({ workspaceId: 'x', keyId: 'y:z', agent: 'other' })])
      same(await callers({ workspaceId: 'x:y', keyId: 'z' }), [
        caller({ workspaceId: 'x:y', keyId: 'z', agent: 'one' }),
      ])
    })

    test('knows no caller of a key that was not used, whatever its id is made of', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      await addCallers([caller()])
      for (const id of ['', 'ws_other', '\0', 'a\0', '\ud800', '__proto__', 'x'.repeat(70_000)]) {
        same(await callers({ workspaceId: id, keyId: testKeyId(1) }), [])
        same(await callers({ workspaceId: 'ws_acme', keyId: id }), [])
      }
    })

    test('takes 1 000 entries in one call, of many keys or of one', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const keys = Array.from({ length: 500 }, (_, index) => ({
        workspaceId: `ws_${index % 40}`,
        keyId: testKeyId(index),
      }))
      const some = [1, 2].flatMap((version) =>
        keys.map((key) => caller({ ...key, version, lastUsedAt: start + version })),
      )
      await addCallers(some)
      for (const [index, key] of keys.entries()) {
        if (index % 9 === 0) same(await callers(key), [some[500 + index], some[index]])
      }
      const many = Array.from({ length: 1_000 }, (_, index) =>
        caller({ network: `10.${index % 250}.0.0/16`, version: 1 + (index % 3), lastUsedAt: start + (index % 17) }),
      )
      await addCallers(many)
      same(await callers(ofKey), mergeCallers([], many))
    })

    test('takes a call without entries', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      await addCallers([])
      same(await callers(ofKey), [])
    })

    test('loses no caller of one key that several processes add at once', async ({ need }) => {
      const { addCallers, callers, second } = need('addCallers', 'callers', 'second')
      const other = (await second()).addCallers
      assert.ok(other !== undefined, 'the second handle has no addCallers()')
      await addCallers(series(3, { agent: 'before' }))
      const calls = Array.from({ length: 8 }, (_, call) =>
        Array.from({ length: 9 }, (_unused, index) =>
          caller({ agent: `p${call}`, network: `10.${index}.0.0/16`, lastUsedAt: start + call + 8 * index }),
        ),
      )
      await Promise.all(calls.map((some, index) => (index % 2 === 0 ? addCallers : other)(some)))
      same(await callers(ofKey), mergeCallers(series(3, { agent: 'before' }), calls.flat()))
    })

    test('loses no caller of keys that are new to several processes at once', async ({ need }) => {
      const { addCallers, callers, second } = need('addCallers', 'callers', 'second')
      const other = (await second()).addCallers
      assert.ok(other !== undefined, 'the second handle has no addCallers()')
      const keys = Array.from({ length: 24 }, (_, index) => ({
        workspaceId: `ws_${index % 3}`,
        keyId: testKeyId(index),
      }))
      const calls = Array.from({ length: 8 }, (_, call) => {
        const some = keys.map((key) => caller({ ...key, agent: `p${call}`, lastUsedAt: start + call }))
        return call % 3 === 0 ? some : some.toReversed()
      })
      await Promise.all(calls.map((some, index) => (index % 2 === 0 ? addCallers : other)(some)))
      for (const key of keys) {
        const agents = (await callers(key)).map(({ agent }) => agent)
        assert.deepEqual(agents, calls.map((_, call) => `p${call}`).toReversed(), JSON.stringify(key))
      }
    })

    test('keeps copies of what it was given, and gives copies', async ({ need }) => {
      const { addCallers, callers } = need('addCallers', 'callers')
      const given = caller()
      const list = [given]
      await addCallers(list)
      Object.assign(given, { agent: 'changed', lastUsedAt: start + 9 })
      list.pop()
      const read = await callers(ofKey)
      same(read, [caller()])
      Object.assign(read[0] ?? {}, { agent: 'changed' })
      ;(read as CallerEntry[]).length = 0
      same(await callers(ofKey), [caller()])
    })

    test('moves no head, and brings no key into being', async ({ store, need }) => {
      const { addCallers, poll } = need('addCallers', 'callers', 'poll')
      const record = testRecord({ id: testKeyId(1) })
      await stored(store, record)
      const { head } = await poll(null)
      await addCallers([caller({ lastUsedAt: start + hourMs }), caller({ keyId: testKeyId(2) })])
      assert.deepEqual(await poll(head), { head, changes: [] })
      same(await store.find([testKeyId(1), testKeyId(2)]), new Map([[record.id, record]]))
    })

    test('still holds them after it was closed and opened again', async ({ need }) => {
      const { addCallers, reopen } = need('addCallers', 'callers', 'reopen')
      await addCallers([caller()])
      const reopened = await reopen()
      await reopened.addCallers?.([caller({ lastUsedAt: start - 1 }), caller({ version: 2 })])
      same(await reopened.callers?.(ofKey), [caller(), caller({ version: 2 })])
    })

    test('purges callers last seen on a UTC day before that of the limit, and no other of their key', async ({
      need,
    }) => {
      const { addCallers, callers, purge } = need('addCallers', 'callers', 'purge')
      const days = [-dayMs, -1, 0, 5 * hourMs, dayMs]
      const some = days.map((ms, index) => caller({ version: 1 + index, lastUsedAt: start + ms }))
      const onlyOld = caller({ keyId: testKeyId(2), lastUsedAt: start - 1 })
      const onlyYoung = caller({ keyId: testKeyId(3), lastUsedAt: start })
      await addCallers([...some, onlyOld, onlyYoung])
      await purgeAll(purge, { usageBefore: start + 3 * hourMs })
      same(await callers(ofKey), some.slice(2).toReversed())
      same(await callers({ ...ofKey, keyId: testKeyId(2) }), [])
      same(await callers({ ...ofKey, keyId: testKeyId(3) }), [onlyYoung])
      // What is gone may come again, and go again.
      await addCallers([onlyOld, some[0] ?? onlyOld])
      same(await callers({ ...ofKey, keyId: testKeyId(2) }), [onlyOld])
      await purgeAll(purge, { usageBefore: start + dayMs })
      same(await callers({ ...ofKey, keyId: testKeyId(2) }), [])
      same(await callers(ofKey), some.slice(4))
    })

    test('purges them in steps, however many keys have old ones', async ({ need }) => {
      const { addCallers, callers, purge } = need('addCallers', 'callers', 'purge')
      const keys = Array.from({ length: 450 }, (_, index) => ({
        workspaceId: `ws_${index % 30}`,
        keyId: testKeyId(index),
      }))
      await addCallers(keys.map((key) => caller({ ...key, lastUsedAt: start - 1 })))
      await addCallers(keys.slice(0, 200).map((key) => caller({ ...key, version: 2 })))
      await purgeAll(purge, { usageBefore: start })
      for (const [index, key] of keys.entries()) {
        if (index % 8 === 0) same(await callers(key), index < 200 ? [caller({ ...key, version: 2 })] : [])
      }
    })
  },
}
