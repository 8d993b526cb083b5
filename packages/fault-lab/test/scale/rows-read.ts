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

/**
 * Asks a database of its own for its counts.
 *
 * @param waitMs how long PostgreSQL is given to learn them: each connection hands in its own about a second after its last
 * statement
 */
export async function rowsReadIn(
  kind: StoreSetUp['kind'],
  url: string,
  tables: readonly string[] = ['claviger_keys'],
  waitMs = 1_200,
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
      const [rows] = await pool.query(
        "show global status where Variable_name like 'Handler_read%' or Variable_name like 'Handler_icp%'",
      )
      return (rows as { readonly Variable_name: string; readonly Value: string }[]).reduce(
        (sum, { Variable_name: name, Value }) => sum + signOf(name) * Number(Value),
        0,
      )
    }
    return { read, close: () => pool.end() }
  }
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    // Without statistics the planner reads whole tables; a server in use has them.
    await pool.query('analyze')
    const counted = async (): Promise<number> => {
      const { rows } = await pool.query<{ read: string }>(
        `select (select coalesce(sum(seq_tup_read), 0) from pg_stat_user_tables where relname = any($1)) +
          (select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes where relname = any($1)) as read`,
        [[...tables]],
      )
      return Number(rows[0]?.read)
    }
    const read = async (): Promise<number> => {
      await new Promise((resolve) => void setTimeout(resolve, waitMs))
      return counted()
    }
    return { read, close: () => pool.end() }
  }
  return { read: undefined, close: async () => {} }
}

/** An entry of an index that a condition on the index left out was read, but is in no other count. */
function signOf(name: string): number {
  if (name === 'Handler_icp_attempts') return 1
  return name === 'Handler_icp_match' ? -1 : Number(name.startsWith('Handler_read'))
}
