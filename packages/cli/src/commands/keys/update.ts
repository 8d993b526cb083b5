import type { Command } from 'commander'
import type { KeyPatch } from '../../backend/backend.types.ts'
import type { KeyJson } from '../../backend/shapes.ts'
import { CliError } from '../../exits/cli-error.ts'
import { parseExpiry } from '../../text/duration.ts'
import { listOf, pairsOf } from '../../text/lists.ts'
import { changedAddresses, changedResources, type RestrictionFlags } from './restrictions.ts'
import { safeText } from '../../text/safe-text.ts'
import { plainText } from '../../text/table.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { collect } from '../flags.ts'
import { plainKeyColumns } from './key-columns.ts'

interface UpdateFlags extends RestrictionFlags {
  readonly name?: string
  readonly description?: string
  readonly permission?: readonly string[]
  readonly addPermission?: readonly string[]
  readonly removePermission?: readonly string[]
  readonly expires?: string
  readonly metadata?: readonly string[]
  readonly removeMetadata?: readonly string[]
}

/** Adds `keys update`. */
export function addUpdate(keys: Command, act: Act): void {
  keys
    .command('update')
    .description('change name, description, permissions, restrictions, expiry or metadata of a key')
    .argument('<id>', 'the id of the key')
    .option('--name <name>', 'another name')
    .option('--description <text>', 'another description; an empty one removes it')
    .option('--permission <name>', 'exactly these permissions; may be repeated', collect)
    .option('--add-permission <name>', 'this permission, too; may be repeated', collect)
    .option('--remove-permission <name>', 'this permission no longer; may be repeated', collect)
    .option('--allow-address <address>', 'exactly these addresses or CIDR ranges; may be repeated', collect)
    .option('--any-address', 'let it work from anywhere')
    .option('--resource <type=id>', 'of this type exactly these resources; may be repeated', collect)
    .option('--all-resources <type>', 'of this type all resources; may be repeated', collect)
    .option('--expires <when>', 'a duration from now such as 90d, a date, or never')
    .option('--metadata <name=value>', 'set an entry; may be repeated', collect)
    .option('--remove-metadata <name>', 'remove an entry; may be repeated', collect)
    .action(act(updateKey))
}

const updateKey: Handler<UpdateFlags> = async (context, flags, [id = '']) => {
  const backend = await context.backend()
  const key = await backend.keys.get(id)
  const patch = patchOf(key, flags, context.io.now())
  if (Object.keys(patch).length === 0) {
    throw new CliError('usage', 'usage', 'Nothing to change was given.', 'See npx claviger keys update --help.')
  }
  if (flags.dryRun === true) {
    const fields = Object.keys(patch).join(', ')
    return {
      json: { dryRun: true, key, patch },
      human: () => '',
      notes: () => [`Would change ${fields} of ${safeText(key.name)}. Nothing was changed.`],
    }
  }
  const done = await backend.keys.update(id, patch)
  return {
    json: done,
    plain: () => plainText(plainKeyColumns, [done]),
    human: () => '',
    notes: ({ symbols, colors }) => [
      `${colors.green(symbols.ok)} Updated ${safeText(done.name)} (${done.id}): ` +
        (safeText(done.permissions.join(', ')) || 'no permissions'),
    ],
  }
}

function patchOf(key: KeyJson, flags: UpdateFlags, now: number): KeyPatch {
  const permissions = changedPermissions(key.permissions, flags)
  const allowedAddresses = changedAddresses(flags)
  const resources = changedResources(key.resources, flags)
  const [set, removed] = [pairsOf('--metadata', flags.metadata), new Set(listOf(flags.removeMetadata))]
  const kept = Object.entries(key.metadata).filter(([name]) => !removed.has(name))
  return {
    ...(flags.name !== undefined && { name: flags.name }),
    ...(flags.description !== undefined && { description: flags.description === '' ? null : flags.description }),
    ...(permissions !== undefined && { permissions }),
    ...(allowedAddresses !== undefined && { allowedAddresses }),
    ...(resources !== undefined && { resources }),
    ...(flags.expires !== undefined && { expiresAt: parseExpiry('--expires', flags.expires, now) }),
    ...((Object.keys(set).length > 0 || removed.size > 0) && { metadata: { ...Object.fromEntries(kept), ...set } }),
  }
}

/** The permissions after a change; undefined when none is asked for. Pure. */
function changedPermissions(now: readonly string[], flags: UpdateFlags): readonly string[] | undefined {
  const { permission, addPermission, removePermission } = flags
  if (permission === undefined && addPermission === undefined && removePermission === undefined) return undefined
  const removed = new Set(listOf(removePermission))
  const start = permission === undefined ? now : listOf(permission)
  return [...new Set([...start, ...listOf(addPermission)])].filter((name) => !removed.has(name))
}
