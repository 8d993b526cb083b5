import type { Backend } from './backend/backend.types.ts'
import { openBackend } from './backend/open-backend.ts'
import type { Context, GlobalFlags, Outcome } from './commands/context.types.ts'
import type { Io } from './edge/io.types.ts'
import { progressOn } from './edge/progress.ts'
import { CliError } from './exits/cli-error.ts'
import { exitCodes } from './exits/exit-codes.ts'
import { createPresenter } from './presenting/presenter.ts'
import { askIn, canAsk } from './prompting/ask.ts'
import { findConfig } from './settings/find-config.ts'
import { type LoadedConfig, loadConfig } from './settings/load-config.ts'

/** Runs one command, shows what came of it, and closes what was opened. @returns the exit code */
export async function perform<Flags extends GlobalFlags>(
  io: Io,
  flags: Flags,
  command: (context: Context, flags: Flags) => Promise<Outcome>,
): Promise<number> {
  const { json = false, plain = false, quiet = false } = flags
  if (json && plain) throw new CliError('usage', 'usage', '--json and --plain exclude each other.', null)
  const presenter = createPresenter(io, json, !flags.color)
  const progress = progressOn(io, !json && !quiet)
  let opened: Promise<Backend> | undefined
  let loaded: Promise<LoadedConfig | undefined> | undefined
  const config = (): Promise<LoadedConfig | undefined> => {
    loaded ??= readConfig(io, flags)
    return loaded
  }
  const context: Context = {
    io,
    flags,
    config,
    backend() {
      opened ??= config().then((found) => openBackend(io, { flags, loaded: found }))
      return opened
    },
    ask: canAsk(io, flags.input) && !json ? askIn(io) : undefined,
    progress: (text) => progress.show(text),
    warn: (text) => presenter.warn(text),
  }
  if (/:\/\/[^/@\s]*:[^/@\s]+@/.test(flags.store ?? '')) {
    presenter.warn('The password in --store is visible to others on this machine. Set CLAVIGER_STORE instead.')
  }
  try {
    const outcome = await command(context, flags)
    progress.clear()
    presenter.outcome(outcome, { plain, quiet })
    return exitCodes[outcome.ending ?? (outcome.found === true ? 'failed' : 'ok')]
  } finally {
    progress.clear()
    await closeIfOpen(opened)
  }
}

async function readConfig(io: Io, { config }: GlobalFlags): Promise<LoadedConfig | undefined> {
  const named = config ?? (io.env['CLAVIGER_CONFIG'] === '' ? undefined : io.env['CLAVIGER_CONFIG'])
  const file = findConfig(io.cwd, named)
  return file === undefined ? undefined : loadConfig(io, file)
}

async function closeIfOpen(opened: Promise<Backend> | undefined): Promise<void> {
  const backend = await opened?.catch(() => undefined)
  // What was asked for is done, or has failed with an error of its own.
  await backend?.close().catch(() => undefined)
}
