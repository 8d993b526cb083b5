import nodeTest from 'node:test'
import type { KeyStore } from '@claviger/core/store'
import type { ContractRunner, OptionalMethod, StoreUnderTest } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { collectApart, collectContract, run } from './collect.ts'
import { makeStore } from './honest-store.ts'

const runners: readonly ContractRunner[] = [{ describe, test }, nodeTest]

const optional: readonly OptionalMethod[] = [
  ...([
    'commitLocked',
    'poll',
    'subscribe',
    'addUsage',
    'usage',
    'busiest',
    'addCallers',
    'callers',
    'activity',
    'services',
  ] as const),
  ...(['due', 'activityAfter', 'claimFollower', 'marks', 'purge', 'ready', 'close'] as const),
  ...(['second', 'reopen', 'writeRaw'] as const),
]

test('fits the runners of vitest and of Node', () => {
  for (const runner of runners) expect([typeof runner.describe, typeof runner.test]).toEqual(['function', 'function'])
})

test('passes a store of three methods, and skips by name what it lacks', async () => {
  const outcomes = []
  for (const one of collectContract(smallStore)) outcomes.push(await run(one))
  expect(outcomes.filter(({ result }) => result === 'failed')).toEqual([])
  const reasons = new Set(outcomes.filter(({ result }) => result === 'skipped').map(({ reason }) => reason))
  expect([...reasons].toSorted()).toEqual(
    [
      ...[
        'activity',
        'activityAfter',
        'addCallers',
        'addUsage',
        'claimFollower',
        'close',
        'commitLocked',
        'due',
        'marks',
        'poll',
        'purge',
        'ready',
        'services',
        'subscribe',
      ].map((name) => `the store gives no ${name}()`),
      ...['reopen', 'second', 'writeRaw'].map((name) => `makeStore gives no ${name}()`),
    ].toSorted(),
  )
  expect(outcomes.filter(({ result }) => result === 'passed').length).toBeGreaterThan(60)
})

describe('a runner whose tests cannot skip themselves, such as Jest', () => {
  test('is told in the test what to do about a method that is absent', async () => {
    const first = collectContract(smallStore).find(({ group }) => group === 'bus')
    await expect(first?.body()).rejects.toThrow(
      /the store gives no subscribe\(\), .* cannot skip themselves\. Name it in the option `leavesOut`/,
    )
  })

  test('gets no test that fails or passes for want of what is said to be left out', async () => {
    const { run: kept, skipped } = collectApart(smallStore, optional)
    const all = collectContract(smallStore).length
    // One more: that they are absent.
    expect(skipped.length + kept.length).toBe(all + 1)
    expect(skipped.length).toBeGreaterThan(60)
    for (const one of kept) await one.body()
  })

  test('finds out when something is said to be left out that is there', async () => {
    const last = collectApart(makeStore, ['poll']).run.find(({ title }) => title.includes('really absent'))
    await expect(last?.body()).rejects.toThrow(/leavesOut names what is there/)
  })
})

describe('every test asks for what it needs before anything else', () => {
  // Without `poll` there is no head, and neither a bus nor another handle may announce one.
  const together: readonly OptionalMethod[] = ['poll', 'subscribe', 'second', 'reopen']
  const cases = [together, ...optional.filter((name) => name !== 'poll').map((name) => [name])]

  test.each(cases.map((names) => ({ names })))('$names', async ({ names }) => {
    const without = async (): Promise<StoreUnderTest> => withoutMethods(await makeStore(), names)
    const lacking: string[] = []
    for (const one of collectContract(without)) {
      const { result, reason } = await run(one)
      if (result === 'skipped') lacking.push(`${one.group}: ${one.title}`)
      else expect(reason).toBe('')
    }
    expect(lacking.length).toBeGreaterThan(0)
    expect(collectApart(without, names).skipped).toEqual(lacking)
  })
})

async function smallStore(): Promise<{ store: KeyStore; close(): Promise<void> }> {
  const { store, close } = await makeStore()
  const { find, list, commit } = store
  return { store: headless({ find, list, commit }), close }
}

function withoutMethods(made: StoreUnderTest, names: readonly OptionalMethod[]): StoreUnderTest {
  const without = (from: object): object =>
    Object.fromEntries(Object.entries(from).filter(([own]) => !names.some((name) => name === own)))
  const store = without(made.store) as KeyStore
  return { ...without(made), store: names.includes('poll') ? headless(store) : store, close: () => made.close() }
}

/** A store without `poll` has no head to announce. */
function headless(store: KeyStore): KeyStore {
  return {
    ...store,
    async commit(change) {
      const result = await store.commit(change)
      return result.ok ? { ...result, head: null } : result
    },
    ...(store.commitLocked !== undefined && {
      async commitLocked(...args: Parameters<NonNullable<KeyStore['commitLocked']>>) {
        const result = await store.commitLocked?.(...args)
        return result?.ok === true ? { ...result, head: null } : result
      },
    }),
  }
}
