import type { Caller, CallerEntry } from '../../store/callers.ts'
import type { Subject } from '../../verification/subject.ts'
import { createFairLists } from './fair-lists.ts'
import { agentKept, givingPlace, mostOfSecret } from './room.ts'

/** Who used which secret of which key, in bounded memory, and what of it the store does not have yet. */
export interface CallerNotes {
  /** Notes a use. True when there is something new for the store. Takes no memory for a caller that is known. */
  note(subject: Subject, network: string | null, agent: string | null, now: number): boolean
  /**
   * Takes entries that the store does not have, those that wait for longest first.
   *
   * @param storedBefore only those that were last stored at this time of the monotonic clock or before, or never
   */
  take(most: number, storedBefore: number): Taken
  /** Callers with a use that the store does not have. */
  readonly waiting: number
  /** Callers in memory. */
  readonly size: number
}

/** What goes to the store together. */
export interface Taken {
  readonly entries: readonly CallerEntry[]
  /** The store has them, since this time of the monotonic clock. */
  stored(at: number): void
  /** The store may not have them: they wait again, with what was noted since. */
  failed(): void
}

/** One caller. */
interface Noted extends CallerEntry {
  lastUsedAt: number
  /** When the store got it last, on the monotonic clock. */
  storedAt: number
  isForgotten: boolean
}

/** Makes empty notes of at most `most` callers. */
export function createCallerNotes(most: number): CallerNotes {
  const waiting = new Set<Noted>()
  const forget = (noted: Noted): void => {
    noted.isForgotten = true
    waiting.delete(noted)
  }
  const byKey = createFairLists(most, forget)

  const touch = (noted: Noted, now: number): boolean => {
    if (now <= noted.lastUsedAt) return false
    noted.lastUsedAt = now
    if (waiting.has(noted)) return false
    waiting.add(noted)
    byKey.renew(noted.workspaceId, noted.keyId)
    return true
  }

  /** Keeps a new caller, if there is room for it among those of its secret. */
  const keep = (noted: Noted, callers: Noted[], ofSecret: readonly Noted[]): boolean => {
    if (ofSecret.length < mostOfSecret) {
      byKey.add(noted.workspaceId, noted.keyId, noted)
    } else {
      const gone = givingPlace(ofSecret, noted.network, noted.lastUsedAt)
      if (gone === undefined) return false
      callers[callers.indexOf(gone)] = noted
      forget(gone)
    }
    waiting.add(noted)
    return true
  }

  const noteOther = (subject: Subject, callers: Noted[], caller: Caller, now: number): boolean => {
    const ofSecret = callers.filter(({ version }) => version === subject.secretVersion)
    const { network } = caller
    const agent = agentKept(ofSecret, caller, now)
    const unnamed = agent === caller.agent ? undefined : find(ofSecret, subject.secretVersion, network, agent)
    return unnamed === undefined ? keep(newNote(subject, network, agent, now), callers, ofSecret) : touch(unnamed, now)
  }

  return {
    note(subject, network, agent, now) {
      const callers = byKey.of(subject.workspaceId, subject.id)
      const known = callers && find(callers, subject.secretVersion, network, agent)
      return known === undefined ? noteOther(subject, callers ?? [], { network, agent }, now) : touch(known, now)
    },

    take(atMost, storedBefore) {
      const taken: Noted[] = []
      for (const noted of waiting) {
        if (taken.length >= atMost) break
        if (noted.storedAt <= storedBefore) taken.push(noted)
      }
      for (const noted of taken) waiting.delete(noted)
      return {
        entries: taken.map(entryOf),
        stored(at) {
          for (const noted of taken) noted.storedAt = at
        },
        failed() {
          for (const noted of taken) if (!noted.isForgotten) waiting.add(noted)
        },
      }
    },

    get waiting() {
      return waiting.size
    },
    get size() {
      return byKey.size
    },
  }
}

/** A loop: a callback would be made for each request. */
function find(
  callers: readonly Noted[],
  version: number,
  network: string | null,
  agent: string | null,
): Noted | undefined {
  for (const noted of callers) {
    if (noted.version === version && noted.network === network && noted.agent === agent) return noted
  }
  return undefined
}

function newNote(subject: Subject, network: string | null, agent: string | null, now: number): Noted {
  return {
    workspaceId: subject.workspaceId,
    keyId: subject.id,
    version: subject.secretVersion,
    network,
    agent,
    lastUsedAt: now,
    storedAt: Number.NEGATIVE_INFINITY,
    isForgotten: false,
  }
}

function entryOf({ workspaceId, keyId, version, network, agent, lastUsedAt }: Noted): CallerEntry {
  return { workspaceId, keyId, version, network, agent, lastUsedAt }
}
