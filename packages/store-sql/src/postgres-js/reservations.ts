import { after } from '@claviger/core/store'
import type { PostgresJsClient, PostgresJsReserved } from './client.ts'

// A reservation is forgotten by postgres.js when it waits and a connection ends: it is asked again.
const askAgainMs = 150
// So often without any answer: all are taken, and asking more only fills memory.
const mostAskedAgain = 20

interface Waiting {
  resolve(reserved: PostgresJsReserved): void
  reject(error: unknown): void
}

/** Takes connections out of the pool; who waits longest is served first. */
export function reservations(sql: PostgresJsClient): () => Promise<PostgresJsReserved> {
  const waiting: Waiting[] = []
  let askedAgain = 0
  let isLooking = false

  const ask = (): void => {
    sql.reserve().then(
      (reserved) => {
        askedAgain = 0
        const next = waiting.shift()
        if (next === undefined) reserved.release()
        else next.resolve(reserved)
      },
      (error: unknown) => waiting.shift()?.reject(error),
    )
  }
  const lookLater = (): void => {
    if (isLooking) return
    isLooking = true
    after(askAgainMs, () => {
      isLooking = false
      if (waiting.length === 0) return
      if (askedAgain < mostAskedAgain) {
        askedAgain += 1
        ask()
      }
      lookLater()
    })
  }

  return () =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      ask()
      lookLater()
    })
}
