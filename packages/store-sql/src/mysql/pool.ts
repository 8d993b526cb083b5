import { monotonicMs } from '@claviger/core/store'
import { Socket } from 'node:net'
import { fieldOf } from '../database/dialect.ts'
import { type Connection, inTime, LateError } from '../clients/driver.ts'
import { acquired, type PoolAccess } from '../clients/acquire.ts'
import { lineOf } from '../clients/pool-line.ts'
import { type Silence, silenceOf } from '../clients/silence.ts'

/** What is needed of a `mysql2` pool. */
export interface MysqlPool {
  getConnection(callback: (error: Error | null, connection: MysqlPoolConnection) => void): void
}

/** What is needed of a pool of `mysql2/promise`: the pool within. */
export interface MysqlPromisePool {
  readonly pool: MysqlPool
}

/** What is needed of a `mysql2` connection taken from a pool. */
export interface MysqlPoolConnection {
  query(
    options: MysqlQueryOptions,
    values: unknown[],
    callback: (error: Error | null, result: unknown) => void,
  ): unknown
  release(): void
  destroy(): void
}

/** A value of an answer, before it is read. */
export interface MysqlField {
  buffer(): Buffer | null
}

/** Options of one query, whatever the pool was told. */
export interface MysqlQueryOptions {
  readonly sql: string
  /** A function: `true` would leave the pool's own in place. */
  readonly typeCast: (field: MysqlField) => Buffer | null
  readonly rowsAsArray: false
  readonly nestTables: false
}

/**
 * Bounds every wait, and gives no connection back of which it is not known whether its transaction has ended. Texts are
 * sent and read as bytes: they depend neither on the connection's character set nor on how the server reads
 * backslashes.
 */
export async function mysqlConnection(
  given: MysqlPool | MysqlPromisePool,
  timeoutMs: number | undefined,
): Promise<Connection> {
  const pool = 'pool' in given ? given.pool : given
  const silence = silenceOf(pool)
  return careful(await acquired(accessTo(pool), silence, timeoutMs), silence, timeoutMs)
}

/** One of the pool's own lists of connections; none in a later release that has no such list. */
function listOf(pool: MysqlPool, name: '_allConnections' | '_freeConnections'): readonly object[] {
  const list = fieldOf(pool, name)
  const toArray = fieldOf(list, 'toArray')
  const connections: unknown = typeof toArray === 'function' ? toArray.call(list) : []
  return Array.isArray(connections) ? connections : []
}

function accessTo(pool: MysqlPool): PoolAccess<MysqlPoolConnection> {
  return {
    connect: () => lineOf(pool).wait(() => connectionOf(pool)),
    giveBack: (connection) => connection.release(),
    destroy: (connection) => connection.destroy(),
    connecting: () => listOf(pool, '_allConnections').filter((each) => fieldOf(each, 'authorized') === false),
    abandon(connection) {
      const stream = fieldOf(connection, 'stream')
      if (stream instanceof Socket) stream.destroy(new Error('The server did not greet in time.'))
    },
    exhaustedAt() {
      const size = listOf(pool, '_allConnections').length
      if (size !== fieldOf(fieldOf(pool, 'config'), 'connectionLimit')) return undefined
      const others = listOf(pool, '_freeConnections').length + this.connecting().length
      return others === 0 ? size : undefined
    },
  }
}

async function connectionOf(pool: MysqlPool): Promise<MysqlPoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
  })
}

function careful(connection: MysqlPoolConnection, silence: Silence, timeoutMs: number | undefined): Connection {
  let isDoubtful = false
  return {
    async run(sql, parameters) {
      if (isDoubtful) throw new Error('The connection was given up.')
      const options = { sql, typeCast: asBytesSent, rowsAsArray: false, nestTables: false } as const
      const answer = new Promise((resolve, reject) => {
        connection.query(options, parameters.map(asBytes), (error, result) => (error ? reject(error) : resolve(result)))
      })
      const sentAt = monotonicMs()
      try {
        const result = await inTime(timeoutMs, 'An answer', answer)
        silence.heard(connection)
        return resultOf(result)
      } catch (error) {
        // Anything but an answer of the server: the statement may still run.
        if (fieldOf(error, 'sqlState') === undefined) isDoubtful = true
        if (error instanceof LateError) silence.since(sentAt)
        throw error
      }
    },
    release() {
      if (isDoubtful) connection.destroy()
      else connection.release()
    },
  }
}

function asBytesSent(field: MysqlField): Buffer | null {
  return field.buffer()
}

function asBytes(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function resultOf(result: unknown): Awaited<ReturnType<Connection['run']>> {
  if (!Array.isArray(result)) return { rows: [], numAffectedRows: BigInt(Number(fieldOf(result, 'affectedRows'))) }
  // The rows are the driver's gift: no one else holds them.
  for (const row of result as Record<string, unknown>[]) {
    for (const column of Object.keys(row)) {
      const value = row[column]
      if (Buffer.isBuffer(value)) row[column] = value.toString()
    }
  }
  return { rows: result }
}
