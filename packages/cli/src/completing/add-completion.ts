import type { Command } from 'commander'
import type { Act } from '../commands/act.types.ts'
import { CliError } from '../exits/cli-error.ts'
import { candidates } from './candidates.ts'
import { completionScripts, shells } from './scripts.ts'

/** Adds `completion`, and the hidden command that its scripts ask. */
export function addCompletion(program: Command, act: Act): void {
  program
    .command('completion')
    .description('write a completion script for a shell to standard output')
    .argument('<shell>', shells.join(', '))
    .action(
      act(async (_context, _flags, [name = '']) => {
        const shell = shells.find((known) => known === name)
        if (shell === undefined) throw new CliError('usage', 'usage', `completion takes ${shells.join(', ')}.`, null)
        return { json: { shell, script: completionScripts[shell] }, human: () => completionScripts[shell] }
      }),
    )
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(
      act(async (_context, _flags, words) => {
        const found = candidates(program, words)
        return { json: found, human: () => found.join('\n') }
      }),
    )
}
