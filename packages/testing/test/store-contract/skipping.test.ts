import nodeTest from 'node:test'
import type { KeyStore } from '@claviger/core/store'
import type { ContractRunner } from '@claviger/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { collectContract, run } from './collect.ts'
import { makeStore } from './honest-store.ts'

const runners: readonly ContractRunner[] = [{ describe, test }, nodeTest]

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
      ...['activity', 'addUsage', 'close', 'poll', 'purge', 'ready', 'services', 'subscribe'].map(
        (name) => `the store gives no ${name}()`,
      ),
      ...['reopen', 'second', 'writeRaw'].map((name) => `makeStore gives no ${name}()`),
    ].toSorted(),
  )
  expect(outcomes.filter(({ result }) => result === 'passed').length).toBeGreaterThan(60)
})

test('warns of a skipped test where the runner cannot skip', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const first = collectContract(smallStore).find(({ group }) => group === 'bus')
  await first?.body()
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toMatchObject([
    {
      name: 'StoreContractWarning',
      message: expect.stringMatching(
        /^collected: bus: delivers each change .* \(the store gives no subscribe\(\)\)$/,
      ) as unknown,
    },
  ])
})

async function smallStore(): Promise<{ store: KeyStore; close(): Promise<void> }> {
  const { store, close } = await makeStore()
  const { find, list, commit } = store
  return {
    store: {
      find,
      list,
      async commit(change) {
        const result = await commit(change)
        return result.ok ? { ...result, head: null } : result
      },
    },
    close,
  }
}
