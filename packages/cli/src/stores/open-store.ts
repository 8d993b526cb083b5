import type { Io } from '../edge/io.types.ts'
import { openMysql, openPostgres, openRedis } from './open-servers.ts'
import { openSqlite } from './open-sqlite.ts'
import type { OpenStore, OpenStoreOptions } from './open-store.types.ts'
import { parseStoreUrl } from './store-url.ts'

/** Opens the store of a URL. Connects at first use. @throws {CliError} when its driver is not installed */
export async function openStore(io: Io, url: string, options: OpenStoreOptions): Promise<OpenStore> {
  const parsed = parseStoreUrl(url, options.directory)
  switch (parsed.kind) {
    case 'sqlite':
      return openSqlite(io, parsed.file, options)
    case 'redis':
      return openRedis(io, parsed.url, options)
    case 'postgres':
      return openPostgres(io, parsed.url, options)
    case 'mysql':
      return openMysql(io, parsed.url, options)
  }
}
