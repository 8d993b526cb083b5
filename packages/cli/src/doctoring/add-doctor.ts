import { basename } from 'node:path'
import type { Command } from 'commander'
import { openTarget } from '../backend/open-direct.ts'
import type { Act } from '../commands/act.types.ts'
import type { Context, Handler } from '../commands/context.types.ts'
import { failureOf } from '../exits/failure.ts'
import type { LoadedConfig } from '../settings/load-config.ts'
import { settingOf, targetOf } from '../settings/settings.ts'
import { plural } from '../text/numbers.ts'
import { safeText } from '../text/safe-text.ts'
import { type Check, passed, weak } from './check.types.ts'
import { policyChecks } from './policy-checks.ts'
import { keyringChecks, storeChecks } from './store-checks.ts'
import { consoleCheck, routerCheck } from './web-checks.ts'

interface DoctorFlags {
  readonly router?: string
  readonly console?: string
}

/** Adds `doctor`. */
export function addDoctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .description('check configuration, store, schema, clock, hashing and policy')
    .option('--router <url>', 'a protected route of your server, which must refuse requests without a key')
    .option('--console <url>', 'the console of your server, which must ask strangers to sign in')
    .addHelpText('after', '\nIt ends with the exit code of the first check that failed; warnings are no failure.')
    .action(act(doctor))
}

const doctor: Handler<DoctorFlags> = async (context, flags) => {
  const checks: Check[] = [...(await configuredChecks(context, flags))]
  if (flags.router !== undefined) checks.push(await routerCheck(context.io, flags.router))
  if (flags.console !== undefined) checks.push(await consoleCheck(context.io, flags.console))
  const failed = checks.filter(({ state }) => state === 'failed')
  const warnings = checks.filter(({ state }) => state === 'warning')
  return {
    json: {
      object: 'checkup',
      ok: failed.length === 0,
      checks: checks.map(({ name, state, detail, fix }) => ({ name, state, detail: safeText(detail), fix })),
    },
    plain: () => checks.map(({ name, state, detail }) => [state, name, safeText(detail)].join('\t')).join('\n'),
    human: ({ symbols, colors }) => {
      const marks = {
        ok: colors.green(symbols.ok),
        warning: colors.yellow(symbols.warning),
        failed: colors.red(symbols.failure),
      }
      const width = Math.max(...checks.map(({ name }) => name.length))
      return checks
        .map(({ name, state, detail, fix }) =>
          [
            `${marks[state]} ${name.padEnd(width)}  ${safeText(detail)}`,
            ...(fix === null ? [] : [`  ${' '.repeat(width)}  Fix: ${safeText(fix)}`]),
          ].join('\n'),
        )
        .join('\n')
    },
    notes: () => [`${plural(checks.length, 'check')}: ${failed.length} failed, ${plural(warnings.length, 'warning')}.`],
    ...(failed.length > 0 && { ending: failed[0]?.ending ?? 'failed' }),
  }
}

async function configuredChecks(context: Context, flags: Parameters<typeof doctor>[1]): Promise<readonly Check[]> {
  const checks: Check[] = []
  try {
    const loaded = await context.config()
    checks.push(
      loaded === undefined
        ? weak('config', 'There is no claviger.config.mjs here or above.', 'Write one: npx claviger init.')
        : passed('config', `${basename(loaded.file)} was loaded.`),
    )
    checks.push(...(await targetChecks(context, flags, loaded)))
    if (loaded !== undefined) checks.push(...policyChecks(loaded.config))
  } catch (error) {
    const { detail, fix, ending } = failureOf(error)
    checks.push({ name: checks.length === 0 ? 'config' : 'store', state: 'failed', detail, fix, ending })
  }
  return checks
}

async function targetChecks(
  context: Context,
  flags: Parameters<typeof doctor>[1],
  loaded: LoadedConfig | undefined,
): Promise<readonly Check[]> {
  const { io } = context
  const target = targetOf(flags, io.env, loaded?.config)
  if (target.kind === 'remote') return remoteChecks(context)
  const workspace = settingOf('workspace', flags, io.env, loaded?.config)
  const opened = await openTarget(io, target, { flags, loaded })
  try {
    const store = await storeChecks(opened, io.now)
    return [
      ...store,
      ...(store.some(({ state, name }) => state === 'failed' && name !== 'clock')
        ? []
        : await keyringChecks(opened, loaded?.config)),
      workspace === undefined
        ? weak('workspace', 'No workspace is set.', 'Set workspace in the configuration, or pass --workspace.')
        : passed('workspace', workspace),
    ]
  } finally {
    await opened.close()
    await loaded?.config.close?.()
  }
}

async function remoteChecks(context: Context): Promise<readonly Check[]> {
  const backend = await context.backend()
  await backend.permissions()
  return [passed('api', `${backend.place} answers.`)]
}
