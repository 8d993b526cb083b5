import type { PostgresPoolClient, PostgresResult } from '../postgres/pool.ts'
import type { PostgresJsReserved } from './client.ts'
import { boundTo, resultOf } from './rows.ts'
import type { Session } from './session.ts'

/** A connection that is taken again and again, as a `pg` pool gives it: the same object each time. */
export interface TakenConnection {
  readonly client: PostgresPoolClient
  take(reserved: PostgresJsReserved, session: Session, sent: () => void): void
  /** It ended while it was taken. */
  end(error: Error): void
}

interface Taken {
  readonly reserved: PostgresJsReserved
  readonly session: Session
  readonly sent: () => void
}

const begins = /^(?:start transaction|begin)\b/i
const ends = /^(?:commit|rollback)$/i

/** Makes the object for one connection to the server. */
export function takenConnection(): TakenConnection {
  const listeners = new Set<(error: Error) => void>()
  let taken: Taken | undefined
  let isOver = false
  let isInTransaction = false
  let last: Promise<unknown> = Promise.resolve()

  const send = async (
    { reserved, sent }: Taken,
    text: string,
    parameters: readonly unknown[],
  ): Promise<PostgresResult> => {
    if (begins.test(text)) isInTransaction = true
    const bound = boundTo(reserved, parameters) as never[]
    const answer = Promise.resolve(reserved.unsafe(text, bound, { prepare: false }).raw())
    last = answer.then(
      () => undefined,
      () => undefined,
    )
    sent()
    try {
      return resultOf(await answer)
    } finally {
      if (ends.test(text)) isInTransaction = false
    }
  }
  const giveBack = ({ reserved, session }: Taken): void => {
    if (isOver) return
    session.leave()
    reserved.release()
  }
  /**
   * postgres.js cannot end a connection that does not answer, nor use its place before it is closed. So it is kept until the
   * answer is there or the connection breaks, and given back when no transaction is open on it.
   */
  const giveBackLater = async (left: Taken): Promise<void> => {
    await last
    if (!isOver && isInTransaction) await send(left, 'rollback', [])
    giveBack(left)
  }

  return {
    take(reserved, session, sent) {
      taken = { reserved, session, sent }
    },
    end(error) {
      isOver = true
      taken = undefined
      for (const listener of listeners) listener(error)
    },
    client: {
      async query(text, parameters) {
        if (taken === undefined) throw new Error('The connection has ended.')
        return send(taken, text, parameters)
      },
      release(destroy = false) {
        if (taken === undefined) return
        const left = taken
        taken = undefined
        if (destroy) giveBackLater(left).catch(() => left.session.destroy())
        else giveBack(left)
      },
      on: (_, listener) => listeners.add(listener),
      removeListener: (_, listener) => listeners.delete(listener),
    },
  }
}
