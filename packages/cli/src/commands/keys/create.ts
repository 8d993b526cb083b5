import type { Command } from 'commander'
import type { Backend, KeyInput, OwnerRef } from '../../backend/backend.types.ts'
import { CliError } from '../../exits/cli-error.ts'
import { parseOwnerRef } from '../../settings/owner-ref.ts'
import { parseExpiry } from '../../text/duration.ts'
import { idsByType, listOf, pairsOf } from '../../text/lists.ts'
import { plural } from '../../text/numbers.ts'
import { safeText } from '../../text/safe-text.ts'
import { dayText } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import type { Ask, Context, Handler, Outcome } from '../context.types.ts'
import { collect } from '../flags.ts'
import { type HandOverFlags, handOver } from './hand-over.ts'

interface CreateFlags extends HandOverFlags {
  readonly name?: string
  readonly permission?: readonly string[]
  readonly allowAddress?: readonly string[]
  readonly resource?: readonly string[]
  readonly expires?: string
  readonly description?: string
  readonly metadata?: readonly string[]
}

/** Adds `keys create`. */
export function addCreate(keys: Command, act: Act): void {
  keys
    .command('create')
    .description('make a key; its token is the only thing on standard output')
    .option('--name <name>', 'what uses the key')
    .option('--env <name>', 'its environment; cannot be changed later')
    .option('--owner <owner>', 'user:<id> or service:<id>: whose permissions bound the key')
    .option('--permission <name>', 'what it may do; may be repeated (default: the defaults of the product)', collect)
    .option('--allow-address <address>', 'it works from this address or CIDR range only; may be repeated', collect)
    .option('--resource <type=id>', 'of this type it reaches this resource only; may be repeated', collect)
    .option('--expires <when>', 'a duration such as 90d, a date, or never (default: never)')
    .option('--description <text>', 'for people')
    .option('--metadata <name=value>', 'for your own code; may be repeated', collect)
    .option('--write-env <file>', 'write the key to this new file, readable by you only, instead of showing it')
    .option('--env-name <variable>', 'with --write-env: the name of the variable (default: <PREFIX>_API_KEY)')
    .option('--force', 'with --write-env: set the variable in a file that is there')
    .action(act(createKey))
}

const createKey: Handler<CreateFlags> = async (context, flags) => {
  const backend = await context.backend()
  const input = await inputOf(context, flags, backend)
  if (flags.dryRun === true) return planned(input)
  return handOver(
    context,
    flags,
    () => backend.keys.create(input),
    ({ name, id, permissions, expiresAt }) => [
      `Created ${safeText(name)} (${id}), ${plural(permissions.length, 'permission')}, ` +
        (expiresAt === null ? 'never expires' : `expires ${dayText(expiresAt)}`),
    ],
  )
}

async function inputOf(
  { io, ask }: Context,
  flags: Parameters<typeof createKey>[1],
  { defaults, environments, kind }: Backend,
): Promise<KeyInput> {
  const permissions = listOf(flags.permission)
  const addresses = listOf(flags.allowAddress)
  const resources = idsByType('--resource', flags.resource)
  const metadata = pairsOf('--metadata', flags.metadata)
  const expiresAt = flags.expires === undefined ? undefined : parseExpiry('--expires', flags.expires, io.now())
  const name =
    flags.name ?? (await (ask ?? refusing('--name')).text('What uses the key?', { placeholder: 'Production' }))
  const environment =
    flags.env ?? defaults.environment ?? only(environments) ?? (await askEnvironment(ask, environments))
  const owner = ownerOf(flags.owner) ?? defaults.owner ?? (kind === 'remote' ? undefined : await askOwner(ask))
  return {
    name,
    environment,
    ...(owner !== undefined && { owner }),
    ...(permissions.length > 0 && { permissions }),
    ...(addresses.length > 0 && { allowedAddresses: addresses }),
    ...(Object.keys(resources).length > 0 && { resources }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(flags.description !== undefined && { description: flags.description }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function ownerOf(text: string | undefined): OwnerRef | undefined {
  return text === undefined ? undefined : parseOwnerRef(text)
}

function only(environments: readonly string[] | undefined): string | undefined {
  return environments?.length === 1 ? environments[0] : undefined
}

async function askEnvironment(ask: Ask | undefined, environments: readonly string[] | undefined): Promise<string> {
  const asking = ask ?? refusing('--env')
  if (environments === undefined) return asking.text('Which environment?', { placeholder: 'production' })
  return asking.select('Which environment? It cannot be changed later.', environments)
}

async function askOwner(ask: Ask | undefined): Promise<OwnerRef> {
  return parseOwnerRef(await (ask ?? refusing('--owner')).text('Who owns it?', { placeholder: 'user:ada' }))
}

/** In place of questions that no one can answer. */
function refusing(flag: string): Ask {
  throw new CliError(
    'usage',
    'flag_missing',
    `The flag ${flag} is missing, and there is no terminal to ask in.`,
    'See npx claviger keys create --help.',
  )
}

function planned(input: KeyInput): Outcome {
  return {
    json: { dryRun: true, input },
    human: () => '',
    notes: () => [`Would make ${safeText(input.name)} in ${safeText(input.environment)}. Nothing was changed.`],
  }
}
