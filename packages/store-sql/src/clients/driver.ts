import { after } from '@claviger/core/store'
import type { DatabaseConnection, Driver, QueryResult } from 'kysely'

/** A connection for one unit of work. */
export interface Connection {
  run(sql: string, parameters: readonly unknown[]): Promise<QueryResult<unknown>>
  release(): void
}

/** What Kysely needs to run statements. Transactions are begun and ended by statements of our own. */
export function driverFor(acquire: () => Promise<Connection>): Driver {
  const releases = new WeakMap<DatabaseConnection, () => void>()
  return {
    init: nothing,
    async acquireConnection() {
      const { run, release } = await acquire()
      const connection: DatabaseConnection = {
        executeQuery: async <Row>({
          sql,
          parameters,
        }: {
          readonly sql: string
          readonly parameters: readonly unknown[]
        }) => (await run(sql, parameters)) as QueryResult<Row>,
        streamQuery: unused,
      }
      releases.set(connection, release)
      return connection
    },
    async releaseConnection(connection) {
      releases.get(connection)?.()
    },
    beginTransaction: unused,
    commitTransaction: unused,
    rollbackTransaction: unused,
    destroy: nothing,
  }
}

async function nothing(): Promise<void> {}

function unused(): never {
  throw new TypeError('The store begins its transactions itself, and streams nothing.')
}

/** What was waited for did not come in time. Never leaves the store. */
export class LateError extends Error {}

/**
 * Waits for an answer, at most for this time; without a limit, as long as it takes.
 *
 * @throws {LateError} when it does not come in time
 */
export function inTime<T>(timeoutMs: number | undefined, awaited: string, answer: Promise<T>): Promise<T> {
  if (timeoutMs === undefined) return answer
  return new Promise((resolve, reject) => {
    const cancel = after(timeoutMs, () => reject(new LateError(`${awaited} did not come within ${timeoutMs} ms.`)))
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
