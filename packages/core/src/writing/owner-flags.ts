import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { createFairLine } from '../bounds/fair-line.ts'
import { type OwnerQuestion, ownerScope } from '../cache/scopes.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OwnContext } from '../runtime/own-context.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Verification } from '../verification/verification.ts'
import type { Owners } from '../verify/owners.ts'
import type { Repair } from './repair.ts'
import { createRepairMemory } from './repair-memory.ts'

/**
 * Keeps `ownerGoneAt` of keys in step with what is learnt of their owners, so that a listing can ask for it. Off the
 * request path, one key at a time; silent, since verification ignores the flag; given up as soon as another writer
 * changed the key: the next use or announcement learns the same. What this process wrote and finds undone, by one that
 * gets another answer from its `resolveOwner`, is left alone for an hour, or until this process learns something else.
 */
export interface OwnerFlags {
  /** A verification found out whether the key's owner is there. */
  learn(verification: Verification, record: KeyRecord): void
  /** An owner's permissions changed, or it is gone: all its keys are looked at. */
  ownerChanged(question: OwnerQuestion): void
  stop(): void
}

/** What it is made of. */
export interface OwnerFlagParts {
  /** Gets failures without a caller. Default: on `claviger:error` only. */
  readonly report?: ReportFault
  readonly store: Pick<BoundedStore, 'list'>
  readonly repair: Repair
  readonly owners: Pick<Owners, 'read'>
  readonly clock: Clock
  readonly own: OwnContext
}

type Work = () => Promise<void>

interface Waiting {
  readonly name: string
  readonly work: Work
}

// Work beyond this is dropped, that of the workspace with the most first: it comes again with the next use.
const maxWaiting = 1_000
// An owner with more keys than this has the rest flagged as they are used.
const maxPages = 100
const living = ['active', 'rotating', 'disabled'] as const

/** Makes the keeper of the flags. */
export function createOwnerFlags({
  store,
  repair,
  owners,
  clock,
  own,
  report = publishFault,
}: OwnerFlagParts): OwnerFlags {
  const line = createFairLine<Waiting>()
  const names = new Set<string>()
  const written = createRepairMemory<boolean>(clock)
  let working = false
  let stopped = false

  const add = (workspaceId: string, name: string, work: Work): void => {
    if (stopped || names.has(name)) return
    if (line.size >= maxWaiting) {
      const dropped = line.makeRoomFor(workspaceId)
      if (dropped === undefined) return
      names.delete(dropped.name)
    }
    names.add(name)
    line.add(workspaceId, { name, work })
    if (!working) void own(workOff)
  }

  const workOff = async (): Promise<void> => {
    working = true
    for (let next = line.shift(); next !== undefined; next = line.shift()) {
      const { name, work } = next
      // Before it runs: what is asked for meanwhile may be newer than what it reads.
      names.delete(name)
      if (stopped) continue
      await work().catch((error: unknown) => report(error, 'owner flag'))
    }
    working = false
  }

  const flag = async (record: KeyRecord, isGone: boolean): Promise<void> => {
    if (stopped || isGone === isFlagged(record)) return
    const ownerGoneAt = isGone ? clock.now() : null
    const isStored = await repair(record, (stored) =>
      stopped || isGone === isFlagged(stored) ? undefined : { ...stored, ownerGoneAt },
    )
    if (isStored) written.note(record.id, isGone)
  }

  const flagPages = async (
    question: OwnerQuestion,
    isGone: boolean,
    pagesLeft: number,
    cursor?: string,
  ): Promise<void> => {
    if (stopped || pagesLeft === 0) return
    const { workspaceId, owner } = question
    const { items, nextCursor } = await store.list({
      workspaceId,
      at: clock.now(),
      statuses: living,
      ownerIds: [owner.id],
      visibleOwners: [owner],
      limit: 100,
      ...(cursor !== undefined && { cursor }),
    })
    for (const record of items) await flag(record, isGone)
    if (nextCursor !== null) await flagPages(question, isGone, pagesLeft - 1, nextCursor)
  }

  const flagAll = async (question: OwnerQuestion): Promise<void> => {
    const { grants } = await owners.read(question)
    await flagPages(question, grants === null, maxPages)
  }

  return {
    learn(verification, record) {
      const isGone = !verification.ok && verification.code === 'owner_gone'
      if (!verification.ok && !isGone) return
      const before = written.lately(record.id)
      if (isGone === isFlagged(record)) {
        // The others agree on another value than the one written here last.
        if (before !== undefined && before !== isGone) written.forget(record.id)
      } else if (before !== isGone) add(record.workspaceId, `key ${record.id}`, () => flag(record, isGone))
    },
    ownerChanged: (question) => add(question.workspaceId, ownerScope(question), () => flagAll(question)),
    stop() {
      stopped = true
      names.clear()
    },
  }
}

function isFlagged({ ownerGoneAt }: KeyRecord): boolean {
  return ownerGoneAt !== null
}
