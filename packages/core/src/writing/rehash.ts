import { createAllowance } from '../bounds/allowance.ts'
import type { Cache } from '../cache/cache.ts'
import { ConflictError } from '../errors/errors.ts'
import type { Hashing } from '../hashing/hashing.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import type { KeyRecord, SecretRecord } from '../store/records.ts'
import { proofOf } from '../verify/prover.ts'
import type { Repair } from './repair.ts'
import { createRepairMemory } from './repair-memory.ts'

/**
 * Stores proven tokens hashed the way new ones are: under the current pepper and cost. Off the request path, one after
 * the other, with a twentieth of the time at most: each one costs every process that has the key cached a hash, too.
 * What is not done now is offered again with the next read of the key.
 */
export interface Rehash {
  /** A proven token whose stored hash is outdated. */
  offer(record: KeyRecord, secret: SecretRecord, token: string): void
  stop(): void
}

/** What it is made of. */
export interface RehashParts {
  /** Gets failures without a caller. Default: on `claviger:error` only. */
  readonly report?: ReportFault
  readonly hashing: Hashing
  readonly repair: Repair
  readonly cache: Pick<Cache, 'digests' | 'entries'>
  readonly clock: Clock
  readonly own: OwnContext
}

// Waiting work holds a token: few, and for a moment.
const maxWaiting = 32
const share = 0.05
const mostSavedMs = 250
const pauseMs = 3_600_000

/** Makes the rehasher. */
export function createRehash({ hashing, repair, cache, clock, own, report = publishFault }: RehashParts): Rehash {
  const { digests, entries } = cache
  const waiting = new Map<string, () => Promise<void>>()
  const done = createRepairMemory<true>(clock)
  const allowance = createAllowance(share, mostSavedMs, clock)
  let working = false
  let stopped = false
  let pausedUntil = Number.NEGATIVE_INFINITY

  const rehash = async (name: string, seen: KeyRecord, secret: SecretRecord, token: string): Promise<void> => {
    const renewed: SecretRecord = { ...secret, ...(await hashing.protect(token, seen.workspaceId, 'rehash')) }
    if (stopped) return
    const isStored = await repair(seen, (stored) => withSecret(stored, secret, renewed))
    if (!isStored) return
    done.note(name, true)
    entries.replaceProof(seen.id, proofOf(digests, token, secret.hash), proofOf(digests, token, renewed.hash))
  }

  const workOff = async (): Promise<void> => {
    working = true
    for (let next = first(waiting); next !== undefined; next = first(waiting)) {
      const [name, work] = next
      const startedAt = clock.monotonic()
      await work().catch((error: unknown) => report(error, 'rehash'))
      waiting.delete(name)
      allowance.spend(clock.monotonic() - startedAt)
      if (!allowance.isLeft) waiting.clear()
    }
    working = false
  }

  /** A process that hashes otherwise, and lists ours as previous. The first to stop ends it. */
  const giveWay = (): void => {
    pausedUntil = clock.monotonic() + pauseMs
    report(disputed(), 'rehash')
  }

  return {
    offer(record, secret, token) {
      if (stopped || clock.monotonic() < pausedUntil) return
      const name = `${record.id} ${secret.version}`
      if (waiting.has(name) || waiting.size >= maxWaiting || !allowance.isLeft) return
      if (done.lately(name) !== undefined) {
        giveWay()
        return
      }
      waiting.set(name, () => rehash(name, record, secret, token))
      if (!working) void own(workOff)
    },
    stop() {
      stopped = true
      waiting.clear()
    },
  }
}

/** The record with one secret rehashed; undefined when that secret has changed since it was read. */
function withSecret(stored: KeyRecord, seen: SecretRecord, renewed: SecretRecord): KeyRecord | undefined {
  const isSeen = ({ version, hash }: SecretRecord): boolean => version === seen.version && hash === seen.hash
  if (!stored.secrets.some(isSeen)) return undefined
  const { hash, tag, pepperId } = renewed
  const put = (secret: SecretRecord): SecretRecord => (isSeen(secret) ? { ...secret, hash, tag, pepperId } : secret)
  const [current, previous] = stored.secrets
  return { ...stored, secrets: previous === undefined ? [put(current)] : [put(current), put(previous)] }
}

function disputed(): ConflictError {
  return new ConflictError(
    'Another process hashes keys in another way and replaces what this one stores: it has another pepper, and lists ours as previous. This process leaves them for an hour. See docs/guides/rolling-deployments.md.',
  )
}

function first<T>(waiting: ReadonlyMap<string, T>): readonly [string, T] | undefined {
  return waiting.entries().next().value
}
