import type { CursorPosition, ListPage, ServiceAccountQuery, ServiceAccountRecord } from '@claviger/core/store'
import { textsReply } from '../client/replies.ts'
import type { Database } from '../database.ts'
import { behind, cursorOf, idOfCursor, positionOfCursor } from '../indexes/cursors.ts'
import { readServiceAccount, readTexts } from '../records.ts'
import { pageStart, type Row, scanPage } from './scan.ts'

/** Lists service accounts of one workspace, newest first. */
export async function listServices(
  database: Database,
  query: ServiceAccountQuery,
): Promise<ListPage<ServiceAccountRecord>> {
  pageStart(query)
  const wanted = query.ids === undefined ? undefined : await cursorsOfIds(database, query.ids)

  const cursorsAfter = async (after: CursorPosition | undefined, count: number): Promise<readonly string[]> => {
    const cursor = after === undefined ? undefined : cursorOf(after)
    if (wanted !== undefined) {
      const rest = wanted.filter((candidate) => cursor === undefined || compareBytes(candidate, cursor) > 0)
      return rest.slice(0, count)
    }
    const min = cursor === undefined ? '-' : behind(cursor)
    const { serviceAccounts, livingServiceAccounts } = database.names
    const set = (query.includeDeleted === true ? serviceAccounts : livingServiceAccounts)(query.workspaceId)
    return textsReply(await database.commands.send('ZRANGEBYLEX', set, min, '+', 'LIMIT', 0, count))
  }

  return scanPage(query, async (after, count): Promise<readonly Row<ServiceAccountRecord>[]> => {
    const cursors = await cursorsAfter(after, count)
    const accounts = await readAccounts(database, cursors.map(idOfCursor))
    return cursors.map((cursor) => {
      const account = accounts.get(idOfCursor(cursor))
      return { position: positionOfCursor(cursor), item: account && matches(account, query) ? account : undefined }
    })
  })
}

/** Where accounts stand in the listing, read from the accounts themselves. */
async function cursorsOfIds(database: Database, ids: readonly string[]): Promise<readonly string[]> {
  const accounts = await readAccounts(database, [...new Set(ids)])
  return [...accounts.values()].map(({ createdAt, id }) => cursorOf({ at: createdAt, id })).sort(compareBytes)
}

async function readAccounts(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ServiceAccountRecord>> {
  const texts = await readTexts(database, ids.map(database.names.serviceAccount))
  const accounts = new Map<string, ServiceAccountRecord>()
  for (const id of ids) {
    const account = readServiceAccount(texts.get(database.names.serviceAccount(id)) ?? null)
    if (account !== null && account !== 'corrupt' && account.id === id) accounts.set(id, account)
  }
  return accounts
}

function matches(account: ServiceAccountRecord, { workspaceId, includeDeleted }: ServiceAccountQuery): boolean {
  return account.workspaceId === workspaceId && (includeDeleted === true || account.deletedAt === null)
}

/** The order of Redis, for cursors with ids beyond ASCII. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
