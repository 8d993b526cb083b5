import { channel } from 'node:diagnostics_channel'
import { memoryStore } from '@claviger/store-memory'
import { type TestClock, testClock } from '@claviger/testing'
import { boundedStore } from '../../src/bounds/bounded-store.ts'
import type { CallerEntry } from '../../src/store/callers.ts'
import type { KeyStore } from '../../src/store/store.ts'
import type { UsageBatch, UsageCounts } from '../../src/store/usage.ts'
import { addCounts, noCounts } from '../../src/store/usage-points.ts'
import { createRecorder, type Recorder } from '../../src/usage/recorder.ts'
import type { Refused, Verification } from '../../src/verification/verification.ts'

/** Where usage of the tests happens. */
export const workspaceId = 'ws_acme'

/** Ids of 16 characters, told apart by a number. */
export function keyId(index = 0): string {
  return `k${String(index).padStart(15, '0')}`
}

/** Everything a store has counted, in total. */
export async function stored(store: KeyStore, query: { readonly keyId?: string } = {}): Promise<UsageCounts> {
  const points = (await store.usage?.({ workspaceId, from: 0, to: 1e14, bucket: 'total', ...query })) ?? []
  return points.reduce(addCounts, noCounts)
}

/** A recorder on a memory store that can be made to fail. */
export interface RecorderSetUp {
  readonly clock: TestClock
  readonly store: KeyStore
  readonly recorder: Recorder
  /** Batches as they were sent. */
  readonly sent: readonly UsageBatch[]
  /** What becomes of the next batches; undefined: they are stored. */
  fail: ((batch: UsageBatch, apply: () => Promise<void>) => Promise<void>) | undefined
  /** Lists of callers as they were sent. */
  readonly sentCallers: readonly (readonly CallerEntry[])[]
  /** What becomes of the next lists of callers; undefined: they are stored. */
  failCallers: ((apply: () => Promise<void>) => Promise<void>) | undefined
  /** Introduces a verification on a key, and gives it. */
  verificationOn(index?: number, version?: number): Refused
  /** Counts an allowed use. */
  use(verification: Verification, status?: number): void
}

/** Makes one, on a clock that stands still. It keeps callers. */
export function recorderSetUp(options: { flushMs?: number; maxCells?: number; clock?: TestClock } = {}): RecorderSetUp {
  const { flushMs = 5_000, maxCells = 50_000, clock = testClock() } = options
  const store = memoryStore()
  const sent: UsageBatch[] = []
  const addUsage = async (batch: UsageBatch): Promise<void> => {
    sent.push(batch)
    const apply = async (): Promise<void> => store.addUsage?.(batch)
    await (made.fail === undefined ? apply() : made.fail(batch, apply))
  }
  const sentCallers: (readonly CallerEntry[])[] = []
  const addCallers = async (entries: readonly CallerEntry[]): Promise<void> => {
    sentCallers.push(entries)
    const apply = async (): Promise<void> => store.addCallers(entries)
    await (made.failCallers === undefined ? apply() : made.failCallers(apply))
  }
  const recorder = createRecorder({
    store: boundedStore({ ...store, addUsage, addCallers }, clock, 1_000),
    flushMs,
    maxCells,
    clock,
    isOurs: () => false,
    random: () => 1,
    own: (work) => work(),
    holdsToken: (text) => text.includes('acme_'),
  })
  const made: RecorderSetUp = {
    clock,
    store,
    recorder,
    sent,
    fail: undefined,
    sentCallers,
    failCallers: undefined,
    verificationOn(index = 0, version = 1) {
      const verification: Refused = { ok: false, code: 'key_revoked' }
      recorder.introduce(verification, { id: keyId(index), workspaceId, secretVersion: version })
      return verification
    },
    use: (verification, status = 200) => recorder.count(verification, status, undefined),
  }
  return made
}

/** Collects what a diagnostics channel says meanwhile. */
export async function heardOn<Message>(name: string, work: () => Promise<void>): Promise<Message[]> {
  const messages: Message[] = []
  const listener = (message: unknown): void => void messages.push(message as Message)
  channel(name).subscribe(listener)
  try {
    await work()
  } finally {
    channel(name).unsubscribe(listener)
  }
  return messages
}
