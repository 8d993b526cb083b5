import { maxRecordLength } from '@claviger/core/store'
import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { SqlDialect } from './dialect.ts'

/** Whether the record of a row is short enough to be read at all: a writer to the database may have put any there. */
export function isLight({ lengthOf }: SqlDialect): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.raw(lightText(lengthOf))}`
}

/** The record of a row, in the text of a statement; empty, which no record is, where it is too long to be read. */
export function lightRecordText({ lengthOf }: SqlDialect): string {
  return `case when ${lightText(lengthOf)} then record else '' end as record`
}

function lightText(lengthOf: SqlDialect['lengthOf']): string {
  return `${lengthOf}(record) <= ${maxRecordLength}`
}
