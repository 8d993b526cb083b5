import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { KeyNotFoundError, ServiceAccountNotFoundError } from '../../errors/errors.ts'
import { decodeKeyRecord, decodeServiceAccount } from '../../store/record-codec.ts'
import type { KeyRecord, ServiceAccountRecord } from '../../store/records.ts'
import { isKeyId } from '../../token/key-id.ts'
import { isVisible } from '../rules/rights.ts'
import type { Actor } from '../shapes/actor.ts'

/** Reads single records for management, afresh. What is not found is confirmed by the store before it is reported. */
export interface Reading {
  /**
   * The key, if the actor may see it. An id of another workspace takes the same one query as an id that does not exist, and
   * ends in the same error.
   *
   * @throws {KeyNotFoundError} @throws {UnavailableError}
   */
  visibleKey(actor: Actor, id: unknown): Promise<KeyRecord>
  /** A service account of a workspace, also a deleted one; undefined when the store knows none. @throws {UnavailableError} */
  account(workspaceId: string, id: string): Promise<ServiceAccountRecord | undefined>
  /** The same for an actor that names it. @throws {ServiceAccountNotFoundError} @throws {UnavailableError} */
  namedAccount(actor: Actor, id: unknown): Promise<ServiceAccountRecord>
  /**
   * Whether the store holds exactly this key: asked once when the answer to a commit was lost, since a rotated token that
   * was not returned is a key no one can use. False when unknown within the time.
   */
  isKeyStored(record: KeyRecord, limitMs?: number): Promise<boolean>
  /** The same for a service account. */
  isAccountStored(record: ServiceAccountRecord, limitMs?: number): Promise<boolean>
}

/** Makes the reader. `confirmed` resolves once the store has shown that what was not found before is not there. */
export function createReading(store: BoundedStore, confirmed: () => Promise<void>): Reading {
  const account: Reading['account'] = async (workspaceId, id) => {
    const found = await store.account(workspaceId, id)
    if (found === undefined) await confirmed()
    return found
  }

  return {
    async visibleKey(actor, id) {
      if (!isKeyId(id)) throw new KeyNotFoundError()
      const record = await store.key(actor.workspaceId, id)
      // What cannot be read cannot be shown to be this workspace's either.
      if (record !== null && record !== 'corrupt' && isVisible(record, actor)) return record
      // Not for a key that a store lost, or does not know yet.
      await confirmed()
      throw new KeyNotFoundError()
    },

    account,

    async namedAccount(actor, id) {
      const found = isReference(id) ? await account(actor.workspaceId, id) : undefined
      if (found === undefined) throw new ServiceAccountNotFoundError()
      return found
    },

    isKeyStored: (record, limitMs = store.timeoutMs) =>
      isTrue(async () => {
        const stored = await store.lasting(limitMs).key(record.workspaceId, record.id)
        return stored !== null && stored !== 'corrupt' && keyText(stored) === keyText(record)
      }),

    isAccountStored: (record, limitMs = store.timeoutMs) =>
      isTrue(async () => {
        const stored = await store.lasting(limitMs).account(record.workspaceId, record.id)
        return stored !== undefined && accountText(stored) === accountText(record)
      }),
  }
}

async function isTrue(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask()
  } catch {
    return false
  }
}

/** In the order of the codec; `lastUsedAt` is not a commit's to write. */
function keyText(record: KeyRecord): string {
  return JSON.stringify(decodeKeyRecord({ ...record, lastUsedAt: null }))
}

function accountText(record: ServiceAccountRecord): string {
  return JSON.stringify(decodeServiceAccount(record))
}

/** Whether a value has the form of an account's id. */
function isReference(id: unknown): id is string {
  return typeof id === 'string' && id.length >= 1 && id.length <= 255
}
