import type { ProposedChange } from '../commits.ts'
import { channels, publish } from '../diagnostics.ts'
import { ConflictError, isClavigerError, KeyNotFoundError, RevocationNotDurableError } from '../errors.ts'
import type { KeyRecord } from '../store/records.ts'
import { keyStatus } from '../store/status.ts'
import type { CommitResult } from '../store/store.ts'
import { tokenFactory } from '../token/token.ts'
import { keyActivity } from './activity.ts'
import type { Actor } from './actor.ts'
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

const attempts = 5
const maxPending = 1_000

/** Makes the revoker. */
export function createRevocation(parts: ManagerParts): Revocation {
  const { clock, commits, entries, events, random, revoked } = parts
  const pending = new Map<string, () => void>()
  const newId = tokenFactory(random).id

  const revokeStored = async (actor: Actor, id: string, reason: string | null): Promise<Key> => {
    let record = await findVisible(parts, actor, id)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (record.revokedAt !== null) return keyFromRecord(record, clock.now())
      const now = clock.now()
      const after: KeyRecord = {
        ...record,
        revision: record.revision + 1,
        revokedAt: now,
        revokedReason: reason,
        updatedAt: now,
      }
      const result = await commitOrDeny(id, {
        writes: [{ type: 'key', record: after, expectedRevision: record.revision }],
        activity: [
          keyActivity(newId(), clock, actor, 'key.revoked', after, {
            before: { status: keyStatus(record, now) },
            after: { status: 'revoked', reason },
          }),
        ],
        announcements: [{ type: 'key', id }],
      })
      if (result.ok) {
        revoked.add(id)
        const key = keyFromRecord(after, now)
        events.emit('key.revoked', actor, key)
        return key
      }
      record = await findVisible(parts, actor, id)
    }
    throw new ConflictError()
  }

  /** Confirmed or not, this process refuses the key from here on: the actor was allowed to end it. */
  const commitOrDeny = async (id: string, change: ProposedChange): Promise<CommitResult> => {
    try {
      return await commits.commit(change)
    } catch (error) {
      revoked.add(id)
      throw error
    }
  }

  /** The store cannot even be read: refuse at least what is known here to be this actor's to end. */
  const denyKnown = (actor: Actor, id: string): void => {
    const known = entries.verdictsOf(id).find((verdict) => verdict.ok)
    if (known?.ok !== true || !isVisible(known.apiKey, actor)) return
    revoked.add(id)
    entries.clearKey(id)
  }

  const retryLater = (actor: Actor, id: string, reason: string | null): void => {
    if (pending.has(id) || pending.size >= maxPending) return
    const cancel = clock.schedule(parts.retryMs, () => {
      pending.delete(id)
      revokeStored(actor, id, reason).catch((error: unknown) => {
        publish(channels.error, () => ({ error, during: 'revoke' }))
        if (isUnavailable(error)) retryLater(actor, id, reason)
        else if (error instanceof KeyNotFoundError) revoked.remove(id)
      })
    })
    pending.set(id, cancel)
  }

  return {
    async revoke(actor, id, reason) {
      try {
        return await revokeStored(actor, id, reason)
      } catch (error) {
        if (!isUnavailable(error)) throw error
        denyKnown(actor, id)
        retryLater(actor, id, reason)
        throw new RevocationNotDurableError(id, { cause: error })
      }
    },
    stop() {
      for (const cancel of pending.values()) cancel()
      pending.clear()
    },
  }
}

function isUnavailable(error: unknown): boolean {
  return isClavigerError(error) && error.code === 'ERR_CLAVIGER_UNAVAILABLE'
}
