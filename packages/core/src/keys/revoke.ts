import { channels, publish } from '../diagnostics.ts'
import {
  ConflictError,
  isClavigerError,
  KeyNotFoundError,
  RevocationNotDurableError,
  UnavailableError,
} from '../errors.ts'
import type { KeyRecord } from '../store/records.ts'
import type { Actor } from './actor.ts'
import { commitChange, nextRevision } from './change-key.ts'
import { type Key, keyFromRecord } from './key.ts'
import type { ManagerParts } from './parts.ts'
import { findVisible } from './read.ts'
import { isVisible } from './rights.ts'

/** Ends keys, and keeps trying when the store does not confirm. */
export interface Revocation {
  revoke(actor: Actor, id: string, reason: string | null): Promise<Key>
  /** Ends the retries. */
  stop(): void
}

/** A revocation somebody asked for, over all the attempts it takes. */
interface Wish {
  readonly actor: Actor
  readonly id: string
  readonly reason: string | null
  /** The instants it tried to store: an attempt whose answer was lost is recognised by them. */
  readonly triedAt: Set<number>
}

// Each lost attempt means that somebody else's change went through; theirs come to an end, and revoking must win.
const attempts = 50
// Wishes of one workspace that wait for the store to come back; nobody fills the room of another.
const maxPendingPerWorkspace = 200

/** Makes the revoker. */
export function createRevocation(parts: ManagerParts): Revocation {
  const { clock, caches, entries, events, policy, revoked } = parts
  const pending = new Map<string, Map<string, () => void>>()
  let stopped = false

  const revokeStored = async (wish: Wish): Promise<Key> => {
    const { actor, id } = wish
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const record = await findVisible(parts, actor, id)
      if (record.revokedAt !== null && !wish.triedAt.has(record.revokedAt)) {
        // Somebody else was first, and the news may not have come yet: what is promised is promised.
        refuseHere(id)
        return keyFromRecord(record, policy, clock.now())
      }
      const after = record.revokedAt === null ? await commitRevoked(record, wish) : record
      if (after === undefined) continue
      refuseHere(id)
      const key = keyFromRecord(after, policy, clock.now())
      events.key('key.revoked', actor, key)
      return key
    }
    throw new ConflictError()
  }

  const refuseHere = (id: string): void => {
    revoked.add(id)
    caches.apply([{ type: 'key', id }])
  }

  /** The record as it is stored now; undefined when somebody else changed the key first. */
  const commitRevoked = async (record: KeyRecord, { actor, reason, triedAt }: Wish): Promise<KeyRecord | undefined> => {
    const now = clock.now()
    const isNew = !triedAt.has(now)
    triedAt.add(now)
    const after = nextRevision(record, { ...record, revokedAt: now, revokedReason: reason }, now)
    if (await commitChange(parts, actor, 'key.revoked', record, after, { reason })) return after
    // Lost for certain: if the key was revoked at this very instant, somebody else did it.
    if (isNew) triedAt.delete(now)
    return undefined
  }

  /**
   * From here on this process refuses the key, if it is the actor's to end: judged on what is cached now, and on the
   * record whenever it is read. False when the workspace has too many such wishes waiting already.
   */
  const denyUntilDurable = (wish: Wish): boolean => {
    const { actor, id } = wish
    const ofWorkspace = pending.get(actor.workspaceId) ?? new Map<string, () => void>()
    const name = JSON.stringify([actor.type, actor.id, id])
    if (ofWorkspace.has(name)) return true
    if (stopped || ofWorkspace.size >= maxPendingPerWorkspace) return false
    const isAllowed = (record: Pick<KeyRecord, 'id' | 'workspaceId' | 'environment' | 'owner'>): boolean =>
      isVisible(record, actor)
    const stopDenying = revoked.suspend(id, isAllowed)
    if (entries.verdictsOf(id).some((verdict) => verdict.ok && isAllowed(verdict.apiKey))) {
      caches.apply([{ type: 'key', id }])
    }
    const retry = async (): Promise<void> => {
      try {
        await revokeStored(wish)
      } catch (error) {
        publish(channels.error, () => ({ error, during: 'revoke' }))
        if (!(error instanceof KeyNotFoundError)) return plan()
      }
      stopDenying()
      ofWorkspace.delete(name)
      if (ofWorkspace.size === 0) pending.delete(actor.workspaceId)
    }
    const plan = (): void => {
      if (!stopped)
        ofWorkspace.set(
          name,
          clock.schedule(parts.retryMs, () => void retry()),
        )
    }
    pending.set(actor.workspaceId, ofWorkspace)
    plan()
    return true
  }

  return {
    async revoke(actor, id, reason) {
      const wish: Wish = { actor, id, reason, triedAt: new Set() }
      try {
        return await revokeStored(wish)
      } catch (cause) {
        if (!isUnavailable(cause)) throw cause
        if (denyUntilDurable(wish)) throw new RevocationNotDurableError(id, { cause })
        throw new UnavailableError('store', `Key ${id} was not revoked, nor is that being retried. Try again.`, {
          cause,
        })
      }
    },
    stop() {
      stopped = true
      for (const ofWorkspace of pending.values()) for (const cancel of ofWorkspace.values()) cancel()
      pending.clear()
    },
  }
}

function isUnavailable(error: unknown): boolean {
  return isClavigerError(error) && error.code === 'ERR_CLAVIGER_UNAVAILABLE'
}
