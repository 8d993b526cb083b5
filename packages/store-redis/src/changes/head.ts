import type { Head } from '@claviger/core/store'
import { textReply, textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { findChangeScript } from '../scripts/find-change.ts'

/** The id of the store; undefined where there is no head. */
export async function storeIdOf({ names, commands }: Database): Promise<string | undefined> {
  const storeId = await commands.send('HGET', names.head, 'storeId')
  return storeId === null ? undefined : textReply(storeId)
}

/** The head that a change made, if it is in the log. */
export async function headOfChange({ names, commands }: Database, nonce: string): Promise<Head | undefined> {
  const reply = await commands.run(findChangeScript, [names.head, names.log], [JSON.stringify(nonce)])
  const [storeId, epoch] = textsReply(reply)
  return storeId === undefined || epoch === undefined ? undefined : { storeId, epoch: Number(epoch), nonce }
}

/** A store id and a nonce for a head, should there be none. */
export function freshHead(): [storeId: string, nonce: string] {
  return [crypto.randomUUID(), JSON.stringify(crypto.randomUUID())]
}
