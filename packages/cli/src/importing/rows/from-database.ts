import type { Io } from '../../edge/io.types.ts'
import { CliError } from '../../exits/cli-error.ts'
import { exportOf, requireDriver } from '../../stores/drivers.ts'
import { openSqliteHandle } from '../../stores/open-sqlite.ts'
import { parseStoreUrl, shownUrl } from '../../stores/store-url.ts'
import type { Row, Rows } from './rows.types.ts'

const pageSize = 500
const connectTimeoutMs = 5_000

/** What one page of a table is read with. */
interface Connection {
  readonly place: string
  readonly quote: '"' | '`'
  readonly mark: (position: number) => string
  query(sql: string, values: readonly unknown[]): Promise<readonly Row[]>
  close(): Promise<void>
}

/** Reads a table by its `id`, page by page. @throws {CliError} for a URL or a table that cannot be read */
export async function rowsFromDatabase(io: Io, url: string, table: string): Promise<Rows> {
  if (!/^\w{1,63}(?:\.\w{1,63})?$/.test(table)) {
    throw new CliError(
      'usage',
      'usage',
      '--table takes the name of a table.',
      'Write --table apikey, or --table auth.apikey.',
    )
  }
  const connection = await connect(io, url)
  const { quote, mark } = connection
  const name = table
    .split('.')
    .map((part) => quote + part + quote)
    .join('.')
  const id = `${quote}id${quote}`

  async function* read(): AsyncIterable<Row> {
    let last: unknown
    for (;;) {
      const after = last === undefined ? '' : ` where ${id} > ${mark(1)}`
      const rows = await connection
        .query(`select * from ${name}${after} order by ${id} limit ${pageSize}`, last === undefined ? [] : [last])
        .catch(() => {
          throw new CliError(
            'failed',
            'table_unreadable',
            `The table ${table} cannot be read by its id in ${connection.place}.`,
            'Pass --table, or export it as CSV.',
          )
        })
      yield* rows
      last = rows.at(-1)?.['id']
      if (rows.length < pageSize || last === undefined || last === null) return
    }
  }
  return { place: `${table} in ${connection.place}`, read, close: () => connection.close() }
}

async function connect(io: Io, url: string): Promise<Connection> {
  const target = parseStoreUrl(url, io.cwd)
  switch (target.kind) {
    case 'postgres':
      return postgres(io, target.url)
    case 'mysql':
      return mysql(io, target.url)
    case 'sqlite':
      return sqlite(io, target.file)
    case 'redis':
      throw new CliError('usage', 'usage', 'Keys cannot be read from Redis.', 'Export them as one JSON object a line.')
  }
}

async function postgres(io: Io, url: string): Promise<Connection> {
  const Pool = exportOf(await requireDriver(io, io.cwd, 'pg'), 'Pool') as new (
    options: object,
  ) => {
    query(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>
    end(): Promise<void>
    on(event: 'error', listener: () => void): unknown
  }
  const pool = new Pool({ connectionString: url, max: 1, connectionTimeoutMillis: connectTimeoutMs })
  pool.on('error', () => undefined)
  return {
    place: shownUrl(url),
    quote: '"',
    mark: (position) => `$${position}`,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    close: () => pool.end(),
  }
}

async function mysql(io: Io, url: string): Promise<Connection> {
  const createPool = exportOf(await requireDriver(io, io.cwd, 'mysql2'), 'createPool') as (options: object) => {
    promise(): {
      query(sql: string, values: readonly unknown[]): Promise<readonly [readonly Row[], unknown]>
      end(): Promise<void>
    }
  }
  const pool = createPool({
    uri: url,
    connectionLimit: 1,
    connectTimeout: connectTimeoutMs,
    timezone: 'Z',
    supportBigNumbers: true,
  })
  return {
    place: shownUrl(url),
    quote: '`',
    mark: () => '?',
    query: async (sql, values) => (await pool.promise().query(sql, values))[0],
    close: () => pool.promise().end(),
  }
}

async function sqlite(io: Io, file: string): Promise<Connection> {
  const { database, close, shown } = await openSqliteHandle(io, file, io.cwd)
  return {
    place: `sqlite:${shown}`,
    quote: '"',
    mark: () => '?',
    query: async (sql, values) => database.prepare(sql).all([...values]) as readonly Row[],
    close: async () => close(),
  }
}
