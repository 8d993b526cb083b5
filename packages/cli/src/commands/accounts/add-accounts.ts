import type { Command } from 'commander'
import type { AccountJson } from '../../backend/shapes.ts'
import { CliError } from '../../exits/cli-error.ts'
import { listOf, parseCount } from '../../text/lists.ts'
import { plural } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import { type Column, plainText, tableText } from '../../text/table.ts'
import { dayText } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import { requireConfirmation } from '../confirm.ts'
import type { Handler } from '../context.types.ts'
import { collect } from '../flags.ts'

/** Adds `service-accounts` and everything below it. */
export function addAccounts(program: Command, act: Act): void {
  const accounts = program.command('service-accounts').description('owners of keys that outlive people')
  accounts
    .command('list', { isDefault: true })
    .description('list the service accounts of a workspace, newest first')
    .option('--limit <count>', 'how many, at most 100 (default: 50)')
    .option('--cursor <cursor>', 'go on where a list ended (nextCursor of --json)')
    .action(act(listAccounts))
  accounts
    .command('create')
    .description('make a service account')
    .option('--name <name>', 'what it is for')
    .option('--permission <name>', 'what its keys may do at most; may be repeated', collect)
    .option('--description <text>', 'for people')
    .action(act(createAccount))
  accounts
    .command('delete')
    .description('delete a service account and revoke its keys')
    .argument('<id>', 'the id of the account')
    .action(act(deleteAccount))
}

const columns: readonly Column<AccountJson>[] = [
  { title: 'Name', cell: ({ name }) => safeText(name) },
  { title: 'Permissions', cell: ({ permissions }) => safeText(permissions.join(', ')) || 'none' },
  { title: 'Created', cell: ({ createdAt }) => dayText(createdAt) },
  { title: 'ID', cell: ({ id }) => safeText(id) },
]

const listAccounts: Handler<{ readonly limit?: string; readonly cursor?: string }> = async (context, flags) => {
  const limit = parseCount('--limit', flags.limit, 50, 100)
  const backend = await context.backend()
  const page = await backend.accounts.list({ limit, ...(flags.cursor !== undefined && { cursor: flags.cursor }) })
  return {
    json: page,
    plain: () => plainText(columns, page.data),
    human: (style) => (page.data.length === 0 ? '' : tableText(columns, page.data, style)),
    notes: () => {
      if (page.hasMore) return ['There are more: pass --limit or --cursor.']
      return page.data.length === 0 ? ['No service accounts.'] : []
    },
  }
}

interface CreateFlags {
  readonly name?: string
  readonly permission?: readonly string[]
  readonly description?: string
}

const createAccount: Handler<CreateFlags> = async (context, flags) => {
  const { name, description } = flags
  if (name === undefined) {
    throw new CliError('usage', 'flag_missing', 'The flag --name is missing.', 'Write --name ci-bot, for example.')
  }
  const input = { name, permissions: listOf(flags.permission), ...(description !== undefined && { description }) }
  const backend = await context.backend()
  if (flags.dryRun === true) {
    return {
      json: { dryRun: true, input },
      human: () => '',
      notes: () => [`Would make the service account ${safeText(name)}. Nothing was changed.`],
    }
  }
  const account = await backend.accounts.create(input)
  return {
    json: account,
    human: () => account.id,
    notes: ({ symbols, colors }) => [
      `${colors.green(symbols.ok)} Created ${safeText(account.name)}, ${plural(account.permissions.length, 'permission')}.`,
      `  Make a key for it: npx claviger keys create --owner service:${account.id}`,
    ],
  }
}

const deleteAccount: Handler = async (context, flags, [id = '']) => {
  const backend = await context.backend()
  const account = await backend.accounts.get(id)
  const name = safeText(account.name)
  const keys = await backend.keys.list({ ownerId: [id], ownerType: ['service'], ended: false, limit: 100 })
  const evidence = `${name} owns ${keys.hasMore ? 'more than ' : ''}${plural(keys.data.length, 'key')} in use.`
  if (flags.dryRun === true) {
    return {
      json: { dryRun: true, account, keys: keys.data },
      human: () => '',
      notes: () => [`Would delete ${name}. ${evidence} Nothing was changed.`],
    }
  }
  if (account.deletedAt === null) {
    await requireConfirmation(context, {
      question: evidence,
      typed: account.name,
      act: `delete ${name} and revoke its keys`,
    })
  }
  const deleted = await backend.accounts.delete(id)
  return {
    json: deleted,
    human: () => '',
    notes: ({ symbols, colors }) => [`${colors.green(symbols.ok)} ${name} is deleted, and its keys are revoked.`],
  }
}
