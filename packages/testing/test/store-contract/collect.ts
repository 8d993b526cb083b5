import type { StoreUnderTest } from '@claviger/testing'
import { storeContract } from '@claviger/testing'

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

/** Every test of the contract, for stores from this factory. */
export function collectContract(makeStore: () => Promise<StoreUnderTest>): readonly CollectedTest[] {
  const collected: CollectedTest[] = []
  const groups: string[] = []
  storeContract({
    name: 'collected',
    makeStore,
    runner: {
      describe(title, body) {
        groups.push(title)
        body()
        groups.pop()
      },
      test(title, body) {
        collected.push({ group: groups.at(-1) ?? '', title, body })
      },
    },
  })
  return collected
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
