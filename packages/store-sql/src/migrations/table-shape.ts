import type { Naming } from '../database/table-names.ts'
import type { ColumnKind, SqlDialect } from '../database/dialect.ts'

/** A table as a migration describes it, for all databases. A `?` behind the kind lets a column be null. */
export interface TableShape {
  readonly name: string
  readonly columns: Readonly<Record<string, ColumnKind | `${ColumnKind}?`>>
  readonly primaryKey: readonly string[]
  /** Columns by the name of the index; `-` before a column turns its order round. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>
}

/**
 * Writes `create table` and its indexes in the words of a database. Every statement may be run again: one that broke off
 * somewhere is finished by the next try.
 */
export function createTable(dialect: SqlDialect, naming: Naming, shape: TableShape): readonly string[] {
  const { schemaWords, quote } = dialect
  const quoted = (identifier: string): string => `${quote}${identifier}${quote}`
  const indexes = Object.entries(shape.indexes ?? {}).map(([name, columns]) => ({
    name: quoted(`${naming.tablePrefix}${shape.name}_${name}`),
    columns: `(${columns.map((column) => orderedColumn(dialect, column)).join(', ')})`,
  }))
  const lines = [
    ...Object.entries(shape.columns).map(([name, kind]) => {
      const type = schemaWords.types[kind.replace('?', '') as ColumnKind]
      return `${quoted(name)} ${type}${kind.endsWith('?') ? '' : ' not null'}`
    }),
    `primary key (${shape.primaryKey.map(quoted).join(', ')})`,
    ...(schemaWords.indexesInTable ? indexes.map(({ name, columns }) => `key ${name} ${columns}`) : []),
  ]
  const table = tableName(dialect, naming, shape.name)
  return [
    `create table if not exists ${table} (\n  ${lines.join(',\n  ')}\n)${schemaWords.tableEnd}`,
    ...(schemaWords.indexesInTable
      ? []
      : indexes.map(({ name, columns }) => `create index if not exists ${name} on ${table} ${columns}`)),
  ]
}

/** A table's name as statements write it. */
export function tableName({ quote }: SqlDialect, { schema, tablePrefix }: Naming, name: string): string {
  const table = `${quote}${tablePrefix}${name}${quote}`
  return schema === undefined ? table : `${quote}${schema}${quote}.${table}`
}

/**
 * Writes an `insert` of one row that leaves the row alone if it is there. Values are SQL, not texts.
 *
 * @param source what the values are selected from; left out: they stand by themselves
 */
export function insertOnce(
  dialect: SqlDialect,
  naming: Naming,
  name: string,
  row: Readonly<Record<string, string>>,
  source?: string,
): string {
  const [before, after] = dialect.schemaWords.insertOnce
  const columns = Object.keys(row).map((column) => `${dialect.quote}${column}${dialect.quote}`)
  const values = Object.values(row).join(', ')
  const rows = source === undefined ? `values (${values})` : `select ${values} from ${source}`
  return `${before} ${tableName(dialect, naming, name)} (${columns.join(', ')}) ${rows}${after}`
}

function orderedColumn({ quote }: SqlDialect, column: string): string {
  const name = column.replace(/^-/, '')
  return `${quote}${name}${quote}${name === column ? '' : ' desc'}`
}
