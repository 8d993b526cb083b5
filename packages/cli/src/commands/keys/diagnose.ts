import type { Command } from 'commander'
import type { DiagnosisJson } from '../../backend/shapes.ts'
import { readStdin } from '../../edge/read-stdin.ts'
import { CliError } from '../../exits/cli-error.ts'
import { pairsOf } from '../../text/lists.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Act } from '../act.types.ts'
import type { Context, Handler } from '../context.types.ts'
import { collect } from '../flags.ts'

interface DiagnoseFlags {
  readonly permission?: string
  readonly address?: string
  readonly resource?: readonly string[]
}

/** Adds `keys diagnose`. */
export function addDiagnose(keys: Command, act: Act): void {
  keys
    .command('diagnose')
    .description('find out why a key does not work; exit code 1 when something is wrong')
    .argument('[key]', 'the id of a key, or - to read the key itself from standard input')
    .option('--permission <name>', 'the permission that the failing route asks for')
    .option('--env <name>', 'the environment that the failing route asks for')
    .option('--address <address>', 'the address that the failing request came from')
    .option('--resource <type=id>', 'a resource that the failing route is about; may be repeated', collect)
    .addHelpText('after', `\nExample:\n  printf %s "$KEY" | npx claviger keys diagnose - --permission prompts:write`)
    .action(act(diagnose))
}

const diagnose: Handler<DiagnoseFlags> = async (context, flags, [given]) => {
  const target = await targetOf(context, given)
  const backend = await context.backend()
  const diagnosis = await backend.keys.diagnose(target, {
    ...(flags.permission !== undefined && { permission: flags.permission }),
    ...(flags.env !== undefined && { environment: flags.env }),
    ...(flags.address !== undefined && { address: flags.address }),
    ...(flags.resource !== undefined && { resources: pairsOf('--resource', flags.resource) }),
  })
  return {
    json: diagnosis,
    human: ({ symbols, colors }) =>
      [
        ...diagnosis.checks.map(
          ({ ok, detail }) => `${ok ? colors.green(symbols.ok) : colors.red(symbols.failure)} ${safeText(detail)}`,
        ),
        ...(diagnosis.ok ? ['Nothing speaks against this key.'] : []),
        ...fixLines(diagnosis, flags.permission),
      ].join('\n'),
    found: !diagnosis.ok,
  }
}

async function targetOf({ io, ask }: Context, given: string | undefined): Promise<string | { readonly id: string }> {
  if (given !== undefined && given !== '-') return { id: given }
  if (given === '-' || io.stdin.isTTY !== true) {
    if (given === '-' && io.stdin.isTTY === true && ask !== undefined) return ask.secret('The key')
    return readStdin(io.stdin)
  }
  if (ask !== undefined) return ask.secret('The key')
  throw new CliError(
    'usage',
    'usage',
    'No key was given.',
    'Pipe it in: printf %s "$KEY" | npx claviger keys diagnose -',
  )
}

function fixLines({ fix, code, keyId }: DiagnosisJson, permission: string | undefined): readonly string[] {
  if (fix === null) return []
  const command = keyId === null ? undefined : commandFor(code, keyId, permission)
  return [`  Fix: ${safeText(fix)}`, ...(command === undefined ? [] : [`  npx claviger ${command}`])]
}

function commandFor(code: DiagnosisJson['code'], id: string, permission: string | undefined): string | undefined {
  switch (code) {
    case 'insufficient_permission':
      return `keys update ${id} --add-permission ${permission ?? '<permission>'}`
    case 'key_disabled':
      return `keys enable ${id}`
    case 'wrong_secret':
    case 'key_rotated':
      return `keys rotate ${id} --overlap 0`
    case 'key_revoked':
    case 'key_expired':
      return 'keys create'
    default:
      return undefined
  }
}
