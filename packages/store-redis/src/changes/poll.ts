import { type Head, type LoggedChange, type PollResult, UnavailableError } from '@claviger/core/store'
import type { Database } from '../database.ts'
import { textReply, textsReply } from '../client/replies.ts'
import { openScript } from '../scripts/open.ts'
import { pollScript } from '../scripts/poll.ts'
import { freshHead } from './head.ts'

/**
 * Tells what changed since a head. Makes the head on first use: for a caller who knew one, a store without is not the one.
 *
 * @throws {UnavailableError} when the server would take no write, or has lost its data
 */
export async function poll(database: Database, since: Head | null): Promise<PollResult> {
  const known = since !== null && Number.isSafeInteger(since.epoch) && since.epoch >= 0 ? since : null
  const { head, entries } =
    (await read(database, known)) ?? (since === null ? await open(database) : undefined) ?? noHead(since)
  if (known === null || known.storeId !== head.storeId) return { head, changes: 'gap' }
  if (known.epoch === head.epoch) return { head, changes: known.nonce === head.nonce ? [] : 'gap' }
  const [standsOn, ...changes] = entries
  const reached = standsOn?.epoch === known.epoch && standsOn.nonce === known.nonce
  return { head, changes: reached && changes.at(-1)?.nonce === head.nonce ? changes : 'gap' }
}

interface LogTail {
  readonly head: Head
  /** The entry of the epoch asked for, and those behind it; empty where the log does not reach back so far. */
  readonly entries: readonly LoggedChange[]
}

async function read({ names, commands }: Database, since: Head | null): Promise<LogTail | undefined> {
  const reply = textsReply(await commands.run(pollScript, [names.head, names.log], [since?.epoch ?? -1]))
  const [role, storeId, epoch, nonce, ...entries] = reply
  // With `replica-read-only no` a replica takes writes, and loses them.
  if (role === 'slave') throw new UnavailableError('store', 'This Redis is a replica. Connect to the primary.')
  if (storeId === undefined) return undefined
  const head = { storeId, epoch: Number(textReply(epoch)), nonce: String(parsed(textReply(nonce))) }
  return { head, entries: entries.map((entry) => parsed(entry) as LoggedChange) }
}

async function open(database: Database): Promise<LogTail | undefined> {
  const { names, commands } = database
  await commands.run(openScript, [names.head, names.log], freshHead())
  return read(database, null)
}

function noHead(since: Head | null): never {
  if (since === null) throw new UnavailableError('store', 'Redis did not keep what was just written.')
  throw new UnavailableError(
    'store',
    `Redis has lost the store ${since.storeId}. Was it emptied, or replaced? Restore the data, or restart the process if ` +
      'the new store is meant.',
  )
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new UnavailableError('store', 'The change log in Redis cannot be read.')
  }
}
