import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Command } from 'commander'
import type { Act } from '../commands/act.types.ts'
import type { Context, Handler } from '../commands/context.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { configText, frameworks, packagesFor, type StartChoices, storeKinds } from './template.ts'

interface InitFlags {
  readonly framework?: string
  readonly prefix?: string
  readonly force?: boolean
}

const fileName = 'claviger.config.mjs'

/** Adds `init`. */
export function addInit(program: Command, act: Act): void {
  program
    .command('init')
    .description(`write a commented ${fileName}`)
    .option('--framework <name>', `${frameworks.join(', ')} (default: that of your package.json)`)
    .option('--prefix <prefix>', 'what tokens begin with (default: the name of the project)')
    .option('--force', 'replace the file that is there')
    .addHelpText('after', `\n--store takes ${storeKinds.join(', ')}, or a URL without a password.`)
    .action(act(init))
}

const init: Handler<InitFlags> = async (context, flags) => {
  const file = join(context.io.cwd, fileName)
  if (existsSync(file) && flags.force !== true) {
    throw new CliError('usage', 'file_exists', `${fileName} is there already.`, 'Pass --force to replace it.')
  }
  const choices = await choicesOf(context, flags)
  const text = configText(choices)
  const packages = packagesFor(choices)
  if (flags.dryRun === true) return { json: { dryRun: true, file: fileName, text }, human: () => text.trimEnd() }
  writeFileSync(file, text)
  const steps = [
    ...(choices.framework === 'none' ? [] : [`npm install ${packages.join(' ')}`]),
    ...(choices.store === 'redis' ? [] : ['npx claviger migrate']),
    'npx claviger doctor',
    'npx claviger keys create --name "My first key"',
  ]
  return {
    json: { object: 'start', file: fileName, ...choices, packages, steps },
    human: () => '',
    notes: ({ symbols, colors }) => [
      `${colors.green(symbols.ok)} Wrote ${fileName}. Read it through, then:`,
      ...steps.map((step) => `  ${step}`),
    ],
  }
}

async function choicesOf({ io, ask }: Context, flags: Parameters<typeof init>[1]): Promise<StartChoices> {
  const project = readProject(io.cwd)
  const framework =
    flags.framework === undefined
      ? (frameworks.find((name) => project.dependencies.includes(name)) ??
        (await ask?.select('Which framework?', frameworks)) ??
        missing('--framework', frameworks))
      : flags.framework
  const store =
    flags.store ?? (await ask?.select('Where should keys be kept?', storeKinds)) ?? missing('--store', storeKinds)
  const prefix = flags.prefix ?? project.prefix
  if (!/^[a-z][a-z0-9]{0,15}$/.test(prefix)) {
    throw new CliError('usage', 'usage', '--prefix takes up to 16 small letters and digits, a letter first.', null)
  }
  return {
    framework: oneOf('--framework', framework, frameworks),
    ...storeOf(store),
    prefix,
    workspace: parseWorkspace(flags.workspace ?? `ws_${prefix}`),
  }
}

function parseWorkspace(workspace: string): string {
  if (/^[\w.:@-]{1,128}$/.test(workspace)) return workspace
  throw new CliError('usage', 'usage', '--workspace takes letters, digits and . : @ _ - here.', null)
}

function storeOf(text: string): Pick<StartChoices, 'store' | 'url'> {
  const named = storeKinds.find((kind) => kind === text)
  if (named !== undefined) return { store: named, url: undefined }
  const protocol = /^([a-z]+):/.exec(text)?.[1] ?? ''
  const aliases: Readonly<Record<string, StartChoices['store']>> = {
    postgresql: 'postgres',
    mariadb: 'mysql',
    rediss: 'redis',
    file: 'sqlite',
  }
  const store = oneOf('--store', aliases[protocol] ?? protocol, storeKinds)
  if (/:\/\/[^/@\s]*:[^/@\s]+@/.test(text)) {
    throw new CliError(
      'usage',
      'secret_in_arguments',
      'This URL holds a password, which does not belong into a file.',
      `Pass --store ${store}, and set the URL in the environment.`,
    )
  }
  return { store, url: text }
}

function oneOf<Value extends string>(flag: string, text: string, values: readonly Value[]): Value {
  return values.find((value) => value === text) ?? missing(flag, values)
}

function missing(flag: string, values: readonly string[]): never {
  throw new CliError(
    'usage',
    'flag_missing',
    `The flag ${flag} takes ${values.join(', ')}.`,
    `Pass ${flag} ${values[0]}.`,
  )
}

/** What a project says of itself; in a folder without one, the folder. */
function readProject(cwd: string): { readonly prefix: string; readonly dependencies: readonly string[] } {
  let name = basename(cwd)
  let dependencies: readonly string[] = []
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    const { name: given, dependencies: needed } = Object(manifest)
    if (typeof given === 'string') name = given
    dependencies = Object.keys(Object(needed))
  } catch {
    // There is none, or it cannot be read: nothing depends on it.
  }
  const prefix = name
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^a-z0-9]/g, '')
    .replace(/^[0-9]+/, '')
    .slice(0, 16)
  return { prefix: prefix === '' ? 'app' : prefix, dependencies }
}
