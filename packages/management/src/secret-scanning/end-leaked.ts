import { isClavigerError, type ManagedKey, type Origin, systemActor, type Verification } from '@claviger/core'
import type { MachineParts } from '../machines/machine-handler.ts'
import type { FoundToken } from './reports.ts'

/** What becomes of a key whose token was found. */
export type LeakAction = 'revoke' | 'disable' | 'report'

/** A key whose token was found, and what was done. Holds no token. */
export interface Leak {
  readonly key: ManagedKey
  readonly url: string | null
  readonly source: string | null
  /**
   * What was done: `endedOverlap` when the token was the previous one of a rotation, which ends while the current one
   * goes on; `none` when there was nothing left to end, or only a report is wanted.
   */
  readonly done: 'revoked' | 'disabled' | 'endedOverlap' | 'none'
}

/**
 * Ends a key by a token that was found; undefined for tokens of no key, and for those that are over: they tell nothing, and
 * do nothing. The secret is proven first.
 *
 * @throws {UnavailableError} and its like: report it again
 */
export async function endLeaked(
  { keyring, door }: MachineParts,
  { token, url, source }: FoundToken,
  action: LeakAction,
  origin: Origin,
): Promise<Leak | undefined> {
  const verified = await keyring.verify(token)
  // From where a leaked key works is no matter.
  const isElsewhere = !verified.ok && verified.code === 'address_not_allowed'
  const verification = isElsewhere ? await door.check('direct', token) : verified
  const proven = await provenKey(verification, door)
  if (proven === undefined) return undefined
  const keys = keyring.as(systemActor(proven.workspaceId, { origin }))
  const told = { url, source }
  try {
    if (action === 'report') return { key: await keys.get(proven.id), ...told, done: 'none' }
    if (proven.isPrevious) return { key: await keys.endOverlap(proven.id), ...told, done: 'endedOverlap' }
    const reason = reasonOf(url, source)
    if (action === 'disable') return { key: await keys.disable(proven.id, { reason }), ...told, done: 'disabled' }
    return { key: await keys.revoke(proven.id, { reason }), ...told, done: 'revoked' }
  } catch (error) {
    // Another process, or a purge, was first.
    const isOver =
      isClavigerError(error) && (error.code === 'ERR_CLAVIGER_KEY_ENDED' || error.code === 'ERR_CLAVIGER_KEY_NOT_FOUND')
    if (isOver) return undefined
    throw error
  }
}

interface ProvenKey {
  readonly id: string
  readonly workspaceId: string
  /** The token is the previous one of a rotation. */
  readonly isPrevious: boolean
}

// Not over: it works again when the key is enabled, its owner comes back, or the type of resources that limits it is declared
// again.
const asleep: ReadonlySet<string> = new Set(['key_disabled', 'owner_gone', 'resource_not_allowed'])

async function provenKey(verification: Verification, door: MachineParts['door']): Promise<ProvenKey | undefined> {
  if (verification.ok) {
    const { id, workspaceId, secretEndsAt } = verification.apiKey
    return { id, workspaceId, isPrevious: secretEndsAt !== null }
  }
  const { code, keyId } = verification
  if (keyId === undefined || !asleep.has(code)) return undefined
  const workspaceId = await door.workspaceOf(keyId)
  return workspaceId === undefined ? undefined : { id: keyId, workspaceId, isPrevious: false }
}

function reasonOf(url: string | null, source: string | null): string {
  const where = url === null ? '' : ` at ${url}`
  return `Exposed: found by secret scanning${source === null ? '' : ` (${source})`}${where}`
}
