import {
  type FollowerAnswer,
  type FollowerClaim,
  type FollowerState,
  judgeClaim,
  parseClaim,
  UnavailableError,
} from '@claviger/core/store'
import { numberReply } from './client/replies.ts'
import type { Database } from './database.ts'
import { readTexts } from './records.ts'
import { swapScript } from './scripts/swap.ts'

// Each turn lost is a turn someone else won, and followers of one name are few.
const mostAttempts = 16

/** Reads, judges, and writes on condition that nothing has changed, again when something has. */
export async function claimFollower(database: Database, claim: FollowerClaim): Promise<FollowerAnswer> {
  const checked = parseClaim(claim)
  const name = database.names.follower(checked.name)
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const text = (await readTexts(database, [name])).get(name) ?? null
    const before = text === null ? null : readState(text)
    const { stored, answer } = judgeClaim(before, checked)
    if (stored === null || stored === before) return answer
    const expected = text === null ? '-' : `=${text}`
    const swapped = await database.commands.run(swapScript, [name], [expected, JSON.stringify(stored)])
    if (numberReply(swapped) === 1) return answer
  }
  throw new UnavailableError('store', 'Others kept claiming the same follower. Try again.')
}

function readState(text: string): FollowerState {
  try {
    const { holder, until, position } = JSON.parse(text) as Partial<Record<keyof FollowerState, unknown>>
    const isSound =
      typeof holder === 'string' &&
      Number.isSafeInteger(until) &&
      (position === null || (Number.isSafeInteger(position) && (position as number) >= 0))
    if (isSound) return { holder, until: until as number, position: position as number | null }
  } catch {
    // Told below.
  }
  throw new UnavailableError('store', 'The place of a follower cannot be read. Something else wrote under its name.')
}
