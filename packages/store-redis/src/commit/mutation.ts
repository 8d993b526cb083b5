import { type Head, UnavailableError } from '@claviger/core/store'
import { freshHead } from '../changes/head.ts'
import type { Database } from '../database.ts'
import type { Operation } from '../indexes/operation.ts'
import { textReply, textsReply } from '../client/replies.ts'
import { commitScript, revokeScript } from '../scripts/commit.ts'

/** What to write, and on which condition. */
export interface Mutation {
  /** What must be stored (null: nothing) for anything to be written. Every `SET` and `DEL` is of one of these. */
  readonly expected: ReadonlyMap<string, string | null>
  readonly operations: readonly Operation[]
  /** The queues of claims on the written records, and the token of the holder of the claims (empty for none). */
  readonly claims?: { readonly queues: readonly string[]; readonly token: string }
  /** The store it is meant for; absent, whichever this is, and a head is made where there is none. */
  readonly storeId?: string | undefined
  /** Moves the head; absent, it stays. */
  readonly announcement?: { readonly nonce: string; readonly announcements: readonly object[] }
  /** Whether it only takes trust away, and so is allowed when Redis is full. */
  readonly onlyRevokes: boolean
}

/**
 * Carries out a mutation in one script: all of it and gives the head; or nothing, when an expectation fails or someone
 * else has claimed a record.
 */
export async function mutate(database: Database, mutation: Mutation): Promise<Head | 'changed' | 'claimed'> {
  const { names, commands, changeLogLength } = database
  const texts = [...mutation.expected.keys()]
  const sets = new Set(mutation.operations.flatMap((operation) => ('set' in operation ? [operation.set] : [])))
  const { queues, token } = mutation.claims ?? { queues: [], token: '' }
  const keys = [names.head, names.log, ...queues, ...texts, ...sets]
  const numbers = new Map(keys.map((key, index) => [key, index + 1]))
  const { announcement } = mutation
  const args = [
    ...freshHead(),
    mutation.storeId ?? '',
    queues.length,
    token,
    texts.length,
    ...[...mutation.expected.values()].map((text) => (text === null ? '-' : `=${text}`)),
    mutation.operations.length,
    ...mutation.operations.flatMap((operation) => encoded(operation, numbers)),
    announcement === undefined ? '' : JSON.stringify(announcement.nonce),
    JSON.stringify(announcement?.announcements ?? []),
    changeLogLength + 1,
    names.channel,
  ]
  const reply = textsReply(await commands.run(mutation.onlyRevokes ? revokeScript : commitScript, keys, args))
  const [storeId, epoch, nonce, unheard] = reply
  if (storeId === undefined) return 'changed'
  if (epoch === undefined) return 'claimed'
  if (announcement !== undefined) database.voice.note(unheard)
  return { storeId, epoch: Number(epoch), nonce: String(JSON.parse(textReply(nonce))) }
}

function encoded(operation: Operation, numbers: ReadonlyMap<string, number>): (string | number)[] {
  const key = 'set' in operation ? operation.set : operation.key
  const number = numbers.get(key)
  if (number === undefined) throw new UnavailableError('store', 'The store tried to write what it did not declare.')
  switch (operation.type) {
    case 'ZADD':
    case 'ZADD LT':
      return [operation.type, number, operation.score, operation.member]
    case 'LINE':
    case 'ZREM':
      return [operation.type, number, operation.member]
    case 'SET':
      return [operation.type, number, operation.text]
    case 'DEL':
      return [operation.type, number]
  }
}
