import type { PostgresPool as KyselyPool, PostgresPoolClient as KyselyClient } from 'kysely'
import { fieldOf } from '../dialects/error-field.ts'

/** What is needed of a `pg` pool. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>
}

/** What is needed of a `pg` client taken from a pool. */
export interface PostgresPoolClient {
  query(sql: string, parameters: unknown[]): Promise<PostgresResult>
  /** `true` closes the connection instead of giving it back. */
  release(destroy?: boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** What is read of the answer to a query. */
export interface PostgresResult {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

/** Gives no connection back of which it is not known whether its transaction has ended. */
export function carefulPostgresPool(pool: PostgresPool): KyselyPool {
  return {
    connect: async () => careful(await pool.connect()),
    end: async () => undefined,
  }
}

function careful(client: PostgresPoolClient): KyselyClient {
  let isDoubtful = false
  // While a client is checked out nobody else listens, and an `error` that nobody hears ends the process.
  const onError = (): void => {
    isDoubtful = true
  }
  client.on('error', onError)

  const query = async (sql: string, parameters: readonly unknown[]): Promise<PostgresResult> => {
    try {
      return await client.query(sql, [...parameters])
    } catch (error) {
      // Anything but an answer of the server: the statement may still run.
      if (fieldOf(error, 'severity') !== 'ERROR') isDoubtful = true
      throw error
    }
  }
  return {
    query: query as KyselyClient['query'],
    release() {
      client.removeListener('error', onError)
      client.release(isDoubtful)
    },
  }
}
