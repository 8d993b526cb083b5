import type { Command } from 'commander'
import type { Backend } from '../../backend/backend.types.ts'
import type { CallerJson, KeyCallersJson, KeyJson } from '../../backend/shapes.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Style } from '../../text/style.ts'
import { type Column, plainText, tableText } from '../../text/table.ts'
import { relativeTime } from '../../text/time.ts'
import type { Act } from '../act.types.ts'
import type { Handler } from '../context.types.ts'
import { networkText, programText } from './caller-text.ts'

/** Adds `keys callers`. */
export function addCallers(keys: Command, act: Act): void {
  keys
    .command('callers')
    .description('show who uses a key, or tries to: from which networks, with which programs and secrets')
    .argument('<id>', 'the id of the key')
    .action(act(callers))
}

const callers: Handler = async (context, _flags, [id = '']) => {
  const backend = await context.backend()
  const [key, report] = [await backend.keys.get(id), await backend.keys.callers(id)]
  const now = context.io.now()
  return {
    json: report,
    plain: () => plainText(plainColumns, report.data),
    human: (style) =>
      report.data.length === 0 ? noneText(report, backend) : tableText(columns(key, style, now), report.data, style),
    notes: () =>
      report.data.length > 0 && !report.kept && backend.kind === 'remote'
        ? ['The server keeps no callers now: these were kept before.']
        : [],
  }
}

const option = 'createKeyring({ usage: { callers: true } })'

/** Why there are none. What keeps callers is a server: of a store, only the configuration can say whether one does. */
function noneText({ kept }: KeyCallersJson, { kind }: Backend): string {
  if (kept) return 'None yet.'
  return kind === 'remote' ? `Callers are not kept: ${option}.` : `None yet. A server keeps callers with ${option}.`
}

function columns(key: KeyJson, style: Style, now: number): readonly Column<CallerJson>[] {
  return [
    { title: 'Last used', cell: ({ lastUsedAt }) => relativeTime(lastUsedAt, now) },
    { title: 'Secret', cell: ({ version }) => secretText(key, version, style, now) },
    { title: 'Network', cell: networkText },
    { title: 'Program', cell: programText },
  ]
}

/** Which secret a version is, as the list shows its end. */
function secretText({ secrets }: Pick<KeyJson, 'secrets'>, version: number, style: Style, now: number): string {
  const secret = secrets.find((one) => one.version === version)
  if (secret === undefined) return `Version ${version}, replaced`
  const ending = `${style.symbols.ellipsis}${safeText(secret.hint.slice(-4))}`
  if (secret.expiresAt === null) return `Current ${ending}`
  return `${Date.parse(secret.expiresAt) > now ? 'Previous' : 'Stopped'} ${ending}`
}

const plainColumns: readonly Column<CallerJson>[] = [
  { title: 'version', cell: ({ version }) => String(version) },
  { title: 'network', cell: ({ network }) => safeText(network ?? '') },
  { title: 'agent', cell: ({ agent }) => safeText(agent ?? '') },
  { title: 'lastUsedAt', cell: ({ lastUsedAt }) => safeText(lastUsedAt) },
]
