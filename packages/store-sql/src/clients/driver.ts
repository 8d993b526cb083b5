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
