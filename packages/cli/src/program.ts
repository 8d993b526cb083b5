import { Command } from 'commander'
import { addAccounts } from './commands/accounts/add-accounts.ts'
import type { Act } from './commands/act.types.ts'
import type { GlobalFlags } from './commands/context.types.ts'
import { addConsole } from './commands/console.ts'
import { addDocs } from './commands/docs.ts'
import { collect } from './commands/flags.ts'
import { addAudit } from './commands/keys/audit.ts'
import { addKeys } from './commands/keys/add-keys.ts'
import { addPrune } from './commands/keys/prune.ts'
import { addUsage } from './commands/keys/usage.ts'
import { addMigrate } from './commands/migrate.ts'
import { addPermissions } from './commands/permissions.ts'
import { addRemind } from './commands/remind.ts'
import { addCompletion } from './completing/add-completion.ts'
import { addImport } from './importing/add-import.ts'
import { addDoctor } from './doctoring/add-doctor.ts'
import type { Io } from './edge/io.types.ts'
import { exitCodeHelp } from './exits/exit-codes.ts'
import { perform } from './perform.ts'
import { addInit } from './starting/add-init.ts'
import { version } from './version.ts'

const examples = `
Examples:
  npx claviger init
  npx claviger keys create --name Production --env production --expires 90d
  npx claviger keys list
  npx claviger keys rotate 7Fq2mX4cR8tLw0Zp --overlap 24h
  npx claviger keys audit --max-age 90d --unused 90d
`

/** The whole grammar: `claviger <noun> <verb>`. @param exit is told the exit code of a command that came to its end */
export function makeProgram(io: Io, exit: (code: number) => void): Command {
  const program = new Command('claviger')
  const act: Act =
    (handler) =>
    async (...received) => {
      const command = received.at(-1) as Command
      const operands = received
        .slice(0, -2)
        .flat()
        .filter((operand): operand is string => typeof operand === 'string')
      type Flags = GlobalFlags & Parameters<typeof handler>[1]
      exit(await perform(io, command.optsWithGlobals<Flags>(), (context, flags) => handler(context, flags, operands)))
    }
  program
    .description('API keys from the command line: make, watch, rotate and revoke them.')
    .version(version, '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Shown with every other failure.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .option('--config <file>', 'the configuration (default: claviger.config.{mjs,js,cjs,ts,json}, here or above)')
    .option('--store <url>', 'redis://, postgres://, mysql:// or sqlite:file (CLAVIGER_STORE)')
    .option('--store-option <name=value>', 'an option of the store, such as namespace=acme; may be repeated', collect)
    .option('--url <api>', 'the management API of your server, in place of a store (CLAVIGER_URL)')
    .option('--token-file <file>', 'with --url: the file with the key that signs in, or - (CLAVIGER_TOKEN)')
    .option('-w, --workspace <id>', 'the workspace (CLAVIGER_WORKSPACE)')
    .option('--json', 'one JSON document on standard output; errors as JSON on standard error')
    .option('--plain', 'one record a line, apart by tabs')
    .option('-q, --quiet', 'results only')
    .option('--no-color', 'no colours (NO_COLOR)')
    .option('--no-input', 'never ask')
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--confirm <name>', 'confirm by the name of the key')
    .addHelpText('after', ({ command }) => `${command === program ? examples : ''}\n${exitCodeHelp}`)
  addInit(program, act)
  addMigrate(program, act)
  addDoctor(program, act)
  addKeys(program, act)
  addAccounts(program, act)
  addPermissions(program, act)
  addImport(program, act)
  addRemind(program, act)
  // Short for those below `keys`.
  for (const add of [addAudit, addPrune, addUsage]) add(program, act)
  addConsole(program, act)
  addDocs(program, act)
  addCompletion(program, act)
  return program
}
