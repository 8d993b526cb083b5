import { type Head, type LoggedChange, type PollResult, UnavailableError } from '@claviger/core/store'
import type { Database } from './database.ts'
import { freshHead } from './mutation.ts'
import { textReply, textsReply } from './replies.ts'
import { findChangeScript } from './scripts/find-change.ts'
import { openScript } from './scripts/open.ts'
import { pollScript } from './scripts/poll.ts'

/** Tells what changed since a head. Makes the head on first use. */
export async function poll(database: Database, since: Head | null): Promise<PollResult> {
  const known = since !== null && Number.isSafeInteger(since.epoch) && since.epoch >= 0 ? since : null
  const { head, entries } = (await read(database, known)) ?? (await open(database)) ?? noHead()
  if (known === null || known.storeId !== head.storeId) return { head, changes: 'gap' }
  if (known.epoch === head.epoch) return { head, changes: known.nonce === head.nonce ? [] : 'gap' }
  const [standsOn, ...changes] = entries
  const reached = standsOn?.epoch === known.epoch && standsOn.nonce === known.nonce
  return { head, changes: reached && changes.at(-1)?.nonce === head.nonce ? changes : 'gap' }
}

/** The head that a change made, if it is in the log. */
export async function headOfChange({ names, commands }: Database, nonce: string): Promise<Head | undefined> {
  const reply = await commands.run(findChangeScript, [names.head, names.log], [JSON.stringify(nonce)])
  const [storeId, epoch] = textsReply(reply)
  return storeId === undefined || epoch === undefined ? undefined : { storeId, epoch: Number(epoch), nonce }
}

interface LogTail {
  readonly head: Head
  /** The entry of the epoch asked for, and those behind it; empty where the log does not reach back so far. */
  readonly entries: readonly LoggedChange[]
}

async function read({ names, commands }: Database, since: Head | null): Promise<LogTail | undefined> {
  const reply = textsReply(await commands.run(pollScript, [names.head, names.log], [since?.epoch ?? -1]))
  const [storeId, epoch, nonce, ...entries] = reply
  if (storeId === undefined) return undefined
  const head = { storeId, epoch: Number(textReply(epoch)), nonce: String(parsed(textReply(nonce))) }
  return { head, entries: entries.map((entry) => parsed(entry) as LoggedChange) }
}

async function open(database: Database): Promise<LogTail | undefined> {
  const { names, commands } = database
  await commands.run(openScript, [names.head, names.log], freshHead())
  return read(database, null)
}

function noHead(): never {
  throw new UnavailableError('store', 'Redis did not keep what was just written.')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new UnavailableError('store', 'The change log in Redis cannot be read.')
  }
}
