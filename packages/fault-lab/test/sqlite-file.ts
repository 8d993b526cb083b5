import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'

/** A file on disk that SQLite may use. */
export interface SqliteFile {
  readonly url: string
  stop(): Promise<void>
}

/** Makes a file with Claviger's tables, in a folder of its own. */
export async function sqliteFile(): Promise<SqliteFile> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-lab-'))
  const url = join(folder, 'keys.sqlite')
  const database = new Database(url)
  database.pragma('journal_mode = wal')
  await sqliteStore(database).migrate()
  database.close()
  return {
    url,
    async stop() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
