import type { KeyRecord, LockTarget, ServiceAccountRecord, Write } from '@claviger/core/store'
import type { Insertable, Kysely, Selectable } from 'kysely'
import { accountColumns, readAccount } from '../accounts.ts'
import type { Queries } from '../database/database.ts'
import type { KeysTable, Revised, ServiceAccountsTable } from '../database/tables.ts'
import { keyColumns, readKey } from '../keys/row.ts'

/** What keys and service accounts differ in, where both are locked, judged and written alike. */
interface Kind {
  readonly table: 'keys' | 'service_accounts'
  read(row: Selectable<Revised>): KeyRecord | ServiceAccountRecord | 'corrupt'
}

/** The kinds in the order in which they are locked and written, the same in every transaction. */
export const kindTypes: readonly LockTarget['type'][] = ['key', 'serviceAccount']

export const kinds: Readonly<Record<LockTarget['type'], Kind>> = {
  key: { table: 'keys', read: (row) => readKey(row as Selectable<KeysTable>) },
  serviceAccount: { table: 'service_accounts', read: (row) => readAccount(row as Selectable<ServiceAccountsTable>) },
}

/** The columns a write of a key or service account sets; undefined for an idempotency row, which is of another form. */
export function columnsOf(write: Write): Omit<Insertable<Revised>, 'writes'> | undefined {
  switch (write.type) {
    case 'key':
      return keyColumns(write.record)
    case 'serviceAccount':
      return accountColumns(write.record)
    case 'idempotency':
      return undefined
  }
}

/** The same for a row that is new: a key may bring its last use along. */
export function newColumnsOf(write: Write): ReturnType<typeof columnsOf> {
  const columns = columnsOf(write)
  return write.type === 'key' && columns !== undefined
    ? Object.assign(columns, { last_used_at: write.record.lastUsedAt })
    : columns
}

/** The same connection, of which no more is seen than what the tables of both kinds have. */
export function revised(queries: Queries): Kysely<Record<Kind['table'], Revised>> {
  return queries
}
