import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'
import pg from 'pg'
import type { StoreSetUp } from '../../src/protocol.ts'

/** What a database has read since it started, by its own count. */
export interface RowsRead {
  /** Rows and entries of indexes; Redis says how many commands it carried out. Undefined where it does not count. */
  readonly read: (() => Promise<number>) | undefined
  close(): Promise<void>
}

/** Asks a database of its own for its counts. */
export async function rowsReadIn(
  kind: StoreSetUp['kind'],
  url: string,
  tables: readonly string[] = ['claviger_keys'],
): Promise<RowsRead> {
  if (kind === 'redis') {
    const client = new Redis(url)
    const read = async (): Promise<number> =>
      Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))?.[1])
    return { read, close: async () => client.disconnect() }
  }
  if (kind === 'mariadb') {
    const pool = createPool({ uri: url, connectionLimit: 1 })
    // Without statistics the planner reads whole indexes; a server in use has them.
    await pool.query(`analyze table ${tables.join(', ')}`)
    const read = async (): Promise<number> => {
      const [rows] = await pool.query("show global status like 'Handler_read%'")
      return (rows as { readonly Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0)
    }
    return { read, close: () => pool.end() }
  }
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    // Without statistics the planner reads whole tables; a server in use has them.
    await pool.query('analyze')
    const counted = async (): Promise<number> => {
      const { rows } = await pool.query<{ read: string }>(
        'select coalesce(sum(seq_tup_read + idx_tup_fetch), 0) as read from pg_stat_user_tables where relname = any($1)',
        [[...tables]],
      )
      return Number(rows[0]?.read)
    }
    // Each connection hands in its counts about a second after its last statement.
    const read = async (): Promise<number> => {
      await new Promise((resolve) => void setTimeout(resolve, 1_200))
      return counted()
    }
    return { read, close: () => pool.end() }
  }
  return { read: undefined, close: async () => {} }
}
