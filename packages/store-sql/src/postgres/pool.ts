import { monotonicMs } from '@claviger/core/store'
import { Socket } from 'node:net'
import { fieldOf } from '../database/dialect.ts'
import { type Connection, inTime, LateError } from '../clients/driver.ts'
import { asSent, type HostTypes, hostTypesOf } from '../clients/host-types.ts'
import { acquired, type PoolAccess } from '../clients/acquire.ts'
import { lineOf } from '../clients/pool-line.ts'
import { type Silence, silenceOf } from '../clients/silence.ts'

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
  readonly rowCount: number | null
  readonly rows: unknown[]
}

/** Bounds every wait, and gives no connection back of which it is not known whether its transaction has ended. */
export async function postgresConnection(pool: PostgresPool, timeoutMs: number | undefined): Promise<Connection> {
  const silence = silenceOf(pool)
  return careful(await acquired(accessTo(pool), silence, timeoutMs), silence, timeoutMs)
}

function accessTo(pool: PostgresPool): PoolAccess<PostgresPoolClient> {
  return {
    connect: () => lineOf(pool).wait(() => pool.connect()),
    giveBack: (client) => client.release(),
    destroy: (client) => client.release(true),
    connecting() {
      const clients = fieldOf(pool, '_clients')
      return Array.isArray(clients) ? clients.filter((client) => fieldOf(client, '_connecting') === true) : []
    },
    // As the pool itself does where it was told when to give up.
    abandon(client) {
      const stream = fieldOf(fieldOf(client, 'connection'), 'stream')
      if (stream instanceof Socket) stream.destroy()
    },
    exhaustedAt() {
      const [size, idle, limit] = [
        fieldOf(pool, 'totalCount'),
        fieldOf(pool, 'idleCount'),
        fieldOf(fieldOf(pool, 'options'), 'max'),
      ]
      if (typeof size !== 'number' || idle !== 0 || size !== limit) return undefined
      return this.connecting().length === 0 ? size : undefined
    },
  }
}

function careful(client: PostgresPoolClient, silence: Silence, timeoutMs: number | undefined): Connection {
  let isDoubtful = false
  const types = hostTypesOf(client)
  // While a client is checked out no one else listens, and an `error` that no one hears ends the process.
  const onError = (): void => {
    isDoubtful = true
  }
  client.on('error', onError)

  return {
    async run(sql, parameters) {
      if (isDoubtful) throw new Error('The connection was given up.')
      const sentAt = monotonicMs()
      try {
        const { rows, rowCount } = await inTime(timeoutMs, 'An answer', query(client, types, sql, [...parameters]))
        silence.heard(client)
        // Several statements at once, as in `begin`, have several answers, and no rows that matter.
        return { rows: rows ?? [], numAffectedRows: BigInt(rowCount ?? 0) }
      } catch (error) {
        // Anything but an answer of the server: the statement may still run.
        if (fieldOf(error, 'severity') !== 'ERROR') isDoubtful = true
        if (error instanceof LateError) silence.since(sentAt)
        throw error
      }
    },
    release() {
      client.removeListener('error', onError)
      types.restore()
      client.release(isDoubtful)
    },
  }
}

function query(
  client: PostgresPoolClient,
  { areChanged }: HostTypes,
  sql: string,
  parameters: unknown[],
): Promise<PostgresResult> {
  if (!areChanged) return client.query(sql, parameters)
  const withTypes = client.query as unknown as (config: object) => Promise<PostgresResult>
  return withTypes.call(client, { text: sql, values: parameters, types: asSent })
}
