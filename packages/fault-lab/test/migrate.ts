import { mysqlStore, postgresStore } from '@claviger/store-sql'
import { createPool } from 'mysql2'
import pg from 'pg'

/** Makes Claviger's tables in an empty database. */
export async function migrateDatabase(kind: 'postgres' | 'mariadb', url: string): Promise<void> {
  if (kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: url })
    await postgresStore(pool).migrate()
    await pool.end()
  } else {
    const pool = createPool(url)
    await mysqlStore(pool).migrate()
    await pool.promise().end()
  }
}
