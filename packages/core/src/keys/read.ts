import { channels, publish } from '../diagnostics.ts'
import { KeyNotFoundError, ValidationError } from '../errors.ts'
import type { KeyQuery, Page } from '../store/query.ts'
import { decodeKeyRecord } from '../store/record-codec.ts'
import type { KeyRecord } from '../store/records.ts'
import type { KeyStatus } from '../store/status.ts'
import { isKeyId } from '../token/token.ts'
import { within } from '../verify/within.ts'
import type { Actor } from './actor.ts'
import { type Key, keyFromRecord } from './key.ts'
import type { ListKeysInput } from './manager.ts'
import type { ManagerParts } from './parts.ts'
import { isVisible, visibleOwners } from './rights.ts'

type ReadParts = Pick<ManagerParts, 'store' | 'clock' | 'storeTimeoutMs' | 'rules'>

/**
 * Reads the stored record, afresh, if the actor may see it. An id of another workspace takes the same one query as an id
 * that does not exist, and ends in the same error.
 */
export async function findVisible(parts: ReadParts, actor: Actor, id: unknown): Promise<KeyRecord> {
  if (!isKeyId(id)) throw new KeyNotFoundError()
  const found = await within(parts.clock, parts.storeTimeoutMs, 'store', () => parts.store.find([id]))
  const stored = found.get(id)
  const record = stored === undefined || stored === 'corrupt' ? undefined : decodeKeyRecord(stored)
  // What cannot be read cannot be shown to be this workspace's either.
  if (stored === 'corrupt') publish(channels.corrupt, () => ({ keyId: id }))
  if (record === undefined || !isVisible(record, actor)) throw new KeyNotFoundError()
  return record
}

/** Lists what the actor may see. */
export async function listVisible(parts: ReadParts, actor: Actor, input: ListKeysInput): Promise<Page<Key>> {
  const query = keyQuery(input, actor, parts.rules.environments, parts.clock.now())
  const page = await within(parts.clock, parts.storeTimeoutMs, 'store', () => parts.store.list(query))
  return { items: page.items.map((record) => keyFromRecord(record, query.at)), nextCursor: page.nextCursor }
}

const statuses: readonly KeyStatus[] = ['active', 'rotating', 'disabled', 'expired', 'revoked']
const fields = new Set(['status', 'environment', 'ownerId', 'search', 'cursor', 'limit'])

function keyQuery(input: ListKeysInput, actor: Actor, environments: readonly string[], at: number): KeyQuery {
  for (const field of Object.keys(input)) {
    if (!fields.has(field)) throw new ValidationError(field, `list has no condition "${field.slice(0, 64)}".`)
  }
  const { status, environment, ownerId, search, cursor, limit = 25 } = input
  if (environment !== undefined && !environments.includes(environment)) {
    throw new ValidationError('environment', `Expected environment to be one of ${environments.join(', ')}.`)
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new ValidationError('limit', 'Expected limit to be an integer from 1 to 100.')
  }
  const owners = visibleOwners(actor)
  return {
    workspaceId: actor.workspaceId,
    at,
    limit,
    ...(status !== undefined && { statuses: checkedStatuses(status) }),
    ...(environment !== undefined && { environment }),
    ...(ownerId !== undefined && { ownerId: boundedText('ownerId', ownerId) }),
    ...(search !== undefined && { search: boundedText('search', search) }),
    ...(cursor !== undefined && { cursor: boundedText('cursor', cursor, 1_024) }),
    ...(owners !== undefined && { visibleOwners: owners }),
  }
}

function checkedStatuses(status: KeyStatus | readonly KeyStatus[]): readonly KeyStatus[] {
  const wanted = typeof status === 'string' ? [status] : status
  if (Array.isArray(wanted) && wanted.every((each) => statuses.includes(each))) return wanted
  throw new ValidationError('status', `Expected status to be one or several of ${statuses.join(', ')}.`)
}

function boundedText(field: string, text: unknown, maxLength = 255): string {
  if (typeof text === 'string' && text.length <= maxLength) return text
  throw new ValidationError(field, `Expected ${field} to be a text of at most ${maxLength} characters.`)
}
