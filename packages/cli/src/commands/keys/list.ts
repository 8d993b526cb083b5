import type { Command } from 'commander'
import type { Backend, KeyListQuery } from '../../backend/backend.types.ts'
import type { KeyJson, PageJson } from '../../backend/shapes.ts'
import { listOf, parseCount } from '../../text/lists.ts'
import { plainText, tableText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { collect } from '../flags.ts'
import { keyColumns, plainKeyColumns } from './key-columns.ts'

interface ListFlags {
  readonly status?: readonly string[]
  readonly attention?: readonly string[]
  readonly search?: string
  readonly all?: boolean
  readonly limit?: string
  readonly cursor?: string
}

/** Adds `keys list`. */
export function addList(keys: Command, act: Act): void {
  keys
    .command('list', { isDefault: true })
    .description('list the keys of a workspace, newest first')
    .option('--status <status>', 'active, rotating, disabled, expired or revoked; may be repeated', collect)
    .option('--attention <reason>', 'rotationDue, unused, neverUsed, expiring or ownerGone; may be repeated', collect)
    .option('--env <name>', 'keys of this environment')
    .option('--owner <owner>', 'keys of this owner: user:<id>, service:<id>, or the id alone')
    .option('--search <text>', 'the id, the last four characters, or the beginning of the name')
    .option('--all', 'revoked and expired keys, too')
    .option('--limit <count>', 'how many, at most 10000 (default: 50)')
    .option('--cursor <cursor>', 'go on where a list ended (nextCursor of --json)')
    .action(act(listKeys))
}

const listKeys: Handler<ListFlags> = async (context, flags) => {
  const backend = await context.backend()
  const limit = parseCount('--limit', flags.limit, 50, 10_000)
  const page = await readUpTo(backend, limit, queryOf(flags), (count) => context.progress(`${count} keys`))
  const now = context.io.now()
  return {
    json: page,
    plain: () => plainText(plainKeyColumns, page.data),
    human: (style) => (page.data.length === 0 ? '' : tableText(keyColumns(style, now), page.data, style)),
    notes: () => notesOn(page, limit, flags),
  }
}

function queryOf(flags: Parameters<typeof listKeys>[1]): Omit<KeyListQuery, 'limit'> {
  const [status, attention] = [listOf(flags.status), listOf(flags.attention)]
  return {
    ended: flags.all === true,
    ...(status.length > 0 && { status }),
    ...(attention.length > 0 && { attention }),
    ...(flags.env !== undefined && { environment: listOf([flags.env]) }),
    ...ownedBy(flags.owner),
    ...(flags.search !== undefined && { search: flags.search }),
    ...(flags.cursor !== undefined && { cursor: flags.cursor }),
  }
}

async function readUpTo(
  backend: Backend,
  limit: number,
  query: Omit<KeyListQuery, 'limit'>,
  progress: (count: number) => void,
): Promise<PageJson<KeyJson>> {
  const data: KeyJson[] = []
  let cursor = query.cursor
  for (;;) {
    const size = Math.min(100, limit - data.length)
    const page = await backend.keys.list({ ...query, limit: size, ...(cursor !== undefined && { cursor }) })
    data.push(...page.data)
    if (page.nextCursor === null || data.length >= limit) return { ...page, data }
    cursor = page.nextCursor
    progress(data.length)
  }
}

function notesOn({ data, hasMore }: PageJson<KeyJson>, limit: number, flags: ListFlags): readonly string[] {
  if (hasMore) return [`There are more than ${limit} keys: pass --limit, or narrow the list.`]
  if (data.length > 0) return []
  return flags.all === true
    ? ['No keys.']
    : ['No keys that are in use. Revoked and expired ones: --all. Make one: npx claviger keys create.']
}

/** `user:ada`, `service:sa_1`, or an id alone. */
function ownedBy(owner: string | undefined): Pick<KeyListQuery, 'ownerId' | 'ownerType'> {
  const [, type, id] = /^(?:(user|service):)?(.*)$/.exec(owner ?? '') ?? []
  return {
    ...(id !== undefined && id !== '' && { ownerId: [id] }),
    ...((type === 'user' || type === 'service') && { ownerType: [type] }),
  }
}
