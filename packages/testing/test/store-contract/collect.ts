import type { OptionalMethod, StoreContractOptions, StoreUnderTest } from '@claviger/testing'
import { storeContract } from '@claviger/testing'
import type { Hooked } from './honest-store.ts'

/** How one test of the contract ended. */
export interface Outcome {
  readonly group: string
  readonly title: string
  readonly result: 'passed' | 'failed' | 'skipped'
  /** The failure, or why it was skipped. */
  readonly reason: string
}

interface CollectedTest {
  readonly group: string
  readonly title: string
  readonly body: (...context: unknown[]) => Promise<void>
}

const allHooks: Required<Pick<StoreContractOptions, 'demote' | 'lose'>> = {
  demote: (made) => (made as Hooked).demote(),
  lose: (made) => (made as Hooked).lose(),
}

/** Every test of the contract, for stores from this factory. */
export function collectContract(makeStore: () => Promise<StoreUnderTest>): readonly CollectedTest[] {
  return collectApart(makeStore).run
}

/** The tests that are run and the titles of those that are skipped from the start, when a store leaves these out. */
export function collectApart(
  makeStore: () => Promise<StoreUnderTest>,
  leavesOut: readonly OptionalMethod[] = [],
  hooks: Pick<StoreContractOptions, 'demote' | 'lose'> = allHooks,
): { readonly run: readonly CollectedTest[]; readonly skipped: readonly string[] } {
  const collected: CollectedTest[] = []
  const skipped: string[] = []
  const groups: string[] = []
  const test = (title: string, body: CollectedTest['body']): void => {
    collected.push({ group: groups.at(-1) ?? '', title, body })
  }
  storeContract({
    name: 'collected',
    makeStore,
    leavesOut,
    ...hooks,
    runner: {
      describe(title, body) {
        groups.push(title)
        body()
        groups.pop()
      },
      test: Object.assign(test, { skip: (title: string) => skipped.push(`${groups.at(-1) ?? ''}: ${title}`) }),
    },
  })
  return { run: collected, skipped }
}

/** Runs one test. One that waits for what never comes has failed after so many turns of the event loop. */
export async function run({ group, title, body }: CollectedTest): Promise<Outcome> {
  let skipped: string | undefined
  const context = {
    skip(reason: string) {
      skipped = reason
    },
  }
  try {
    await Promise.race([body(context), hanging(100)])
    return { group, title, result: skipped === undefined ? 'passed' : 'skipped', reason: skipped ?? '' }
  } catch (error) {
    return { group, title, result: 'failed', reason: String(error) }
  }
}

async function hanging(turns: number): Promise<never> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn()
  throw new Error(`not done after ${turns} turns of the event loop`)
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
