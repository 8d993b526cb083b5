import type { LabKey } from '../src/protocol.ts'
import { delay, type Worker } from './worker.ts'

/** Makes a key worthless from one process; returns the instant at which it became so. */
export type End = (worker: Worker, key: LabKey) => Promise<{ readonly at: number; readonly code?: string }>

/** How long after a revocation had resolved each process still accepted the key, milliseconds; 0 for not at all. */
export interface RevocationDelays {
  readonly sameProcessMs: readonly number[]
  readonly otherProcessesMs: readonly number[]
}

/** Keys that must keep working meanwhile, and what became of that. */
export interface Load {
  /** Counts of statuses that are not 204. */
  readonly failures: ReadonlyMap<number, number>
  readonly requests: number
  stop(): Promise<void>
}

const sampleEveryMs = 15
const giveUpAfterMs = 15_000

/** Revokes keys in the first process, a few at a time, while every process is asked for every key all the time. */
export async function measureRevocations(
  workers: readonly Worker[],
  keys: readonly LabKey[],
  end: End = (worker, { id }) => worker.revoke(id),
  atOnce = 20,
): Promise<RevocationDelays> {
  const sameProcessMs: number[] = []
  const otherProcessesMs: number[] = []
  for (let start = 0; start < keys.length; start += atOnce) {
    const batch = keys.slice(start, start + atOnce)
    await Promise.all(workers.flatMap((worker) => batch.map(({ token }) => expectAccepted(worker, token))))
    const measured = await Promise.all(batch.map((key) => measureOne(workers, key, end)))
    for (const [own = 0, ...others] of measured) {
      sameProcessMs.push(own)
      otherProcessesMs.push(...others)
    }
  }
  return { sameProcessMs, otherProcessesMs }
}

async function measureOne(workers: readonly Worker[], key: LabKey, end: End): Promise<number[]> {
  const lastAccepts = workers.map((worker) => lastAccept(worker, key.token))
  await delay(5)
  const { at, code } = await end(workers[0] as Worker, key)
  if (code !== undefined) throw new Error(`The revocation failed: ${code}`)
  return (await Promise.all(lastAccepts)).map((accepted) => Math.max(0, accepted - at))
}

/** Asks until the key is refused; gives the instant of the last accept. */
async function lastAccept(worker: Worker, token: string): Promise<number> {
  const giveUpAt = Date.now() + giveUpAfterMs
  for (let accepted = 0; Date.now() < giveUpAt; await delay(sampleEveryMs)) {
    const { status, acceptedAt } = await worker.get(token)
    if (status === 401 || status === 403) return accepted
    accepted = acceptedAt ?? accepted
  }
  throw new Error(`${worker.name} still accepts a worthless key`)
}

async function expectAccepted(worker: Worker, token: string): Promise<void> {
  const { status } = await worker.get(token)
  if (status !== 204) throw new Error(`${worker.name} answered ${status} to a good key`)
}

/** Sends good keys to every process without end, and notes what they get. */
export function startLoad(workers: readonly Worker[], keys: readonly LabKey[], perSecond: number): Load {
  const failures = new Map<number, number>()
  let requests = 0
  const state = { running: true }
  const send = async (worker: Worker): Promise<void> => {
    for (let turn = 0; state.running; turn += 1) {
      const { status } = await worker.get(keys[turn % keys.length]?.token ?? '')
      requests += 1
      if (status !== 204) failures.set(status, (failures.get(status) ?? 0) + 1)
      await delay((1_000 * workers.length) / perSecond)
    }
  }
  const sending = Promise.all(workers.map(send))
  return {
    failures,
    get requests() {
      return requests
    },
    async stop() {
      state.running = false
      await sending
    },
  }
}

/** `p50 3 ms, p99 12 ms, max 14 ms (n = 100)` */
export function summary(delaysMs: readonly number[]): string {
  return `p50 ${percentile(delaysMs, 50)} ms, p99 ${percentile(delaysMs, 99)} ms, max ${percentile(delaysMs, 100)} ms (n = ${delaysMs.length})`
}

/** The smallest value that at least `percent` of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

/** What a process answers in the eight seconds after an instant. */
export async function watch(
  worker: Worker,
  token: string,
  since: number,
): Promise<{ readonly lastAcceptMs: number; readonly statuses: ReadonlySet<number> }> {
  const statuses = new Set<number>()
  let lastAcceptMs = 0
  while (Date.now() - since < 8_000) {
    const { status, acceptedAt, retryAfter } = await worker.get(token)
    statuses.add(status)
    if (acceptedAt !== undefined) lastAcceptMs = acceptedAt - since
    if (status === 503 && retryAfter !== '1') throw new Error(`503 with Retry-After ${retryAfter}`)
    await delay(20)
  }
  return { lastAcceptMs, statuses }
}
