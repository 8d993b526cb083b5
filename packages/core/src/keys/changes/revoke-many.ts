import { ValidationError } from '../../errors/errors.ts'
import { isClavigerError } from '../../verification/any-error.ts'
import type { RevokeResult } from '../shapes/inputs.ts'
import type { ManagedKey } from '../shapes/key.ts'

const maxIds = 100
// Enough to be quick, few enough to leave the store to others.
const atOnce = 8

/**
 * Revokes several keys, each by itself: one that fails keeps no other from being revoked. Or looks at them, one by one, as
 * revoking would.
 *
 * @param isLast the key that acts, if it is among them: it can end no other key once it has ended itself
 */
export async function revokeMany(
  ids: readonly string[],
  revoke: (id: string) => Promise<ManagedKey>,
  isLast: (id: string) => boolean,
): Promise<readonly RevokeResult[]> {
  if (!Array.isArray(ids) || ids.length > maxIds) {
    throw new ValidationError('ids', `Expected ids to be a list of at most ${maxIds} key ids.`)
  }
  const asked = [...new Set(ids as readonly string[])]
  const waiting = asked.filter((id) => !isLast(id))
  const results = new Map<string, RevokeResult>()
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) results.set(id, await settled(id, revoke))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  for (const id of asked.filter(isLast)) results.set(id, await settled(id, revoke))
  return asked.flatMap((id) => results.get(id) ?? [])
}

async function settled(id: string, revoke: (id: string) => Promise<ManagedKey>): Promise<RevokeResult> {
  try {
    return { id, ok: true, key: await revoke(id) }
  } catch (error) {
    if (isClavigerError(error)) return { id, ok: false, error }
    throw error
  }
}
