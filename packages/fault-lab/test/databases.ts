import { startMariadb, startPostgres, startRedis, type TestServer } from '@claviger/test-servers'
import type { StoreSetUp } from '../src/protocol.ts'
import { migrateDatabase } from './migrate.ts'

/** A database the lab can run on. */
export interface LabDatabase {
  readonly name: string
  readonly kind: StoreSetUp['kind']
  start(): Promise<TestServer | undefined>
  /** Makes an empty database usable. */
  prepare(url: string): Promise<void>
}

/** Every database there is a store for. */
export const databases: readonly LabDatabase[] = [
  { name: 'Redis', kind: 'redis', start: () => startRedis({ keepData: true }), prepare: async () => {} },
  { name: 'PostgreSQL', kind: 'postgres', start: startPostgres, prepare: (url) => migrateDatabase('postgres', url) },
  { name: 'MariaDB', kind: 'mariadb', start: startMariadb, prepare: (url) => migrateDatabase('mariadb', url) },
]
