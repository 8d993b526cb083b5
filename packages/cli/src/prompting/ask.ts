import { confirm, isCancel, password, select, text } from '@clack/prompts'
import type { Io } from '../edge/io.types.ts'
import type { Ask } from '../commands/context.types.ts'
import { CliError } from '../exits/cli-error.ts'

/** Whether someone can be asked: a person at a terminal, and no program. Pure. */
export function canAsk({ stdin, stdout, env }: Pick<Io, 'stdin' | 'stdout' | 'env'>, input: boolean): boolean {
  const isMachine = (env['CI'] ?? '') !== '' && env['CI'] !== 'false'
  return input && stdin.isTTY === true && stdout.isTTY === true && !isMachine && env['TERM'] !== 'dumb'
}

/** Questions on standard error: standard output is for results. */
export function askIn({ stdin, stderr }: Pick<Io, 'stdin' | 'stderr'>): Ask {
  const streams = { input: stdin, output: stderr }
  return {
    text: async (message, { placeholder, required = true } = {}) =>
      answered(
        await text({
          message,
          ...streams,
          ...(placeholder !== undefined && { placeholder }),
          validate: (value) => (required && (value ?? '').trim() === '' ? 'Please write something.' : undefined),
        }),
      ) ?? '',
    select: async (message, choices, initial) =>
      answered(
        await select({
          message,
          ...streams,
          options: choices.map((value) => ({ value, label: value })),
          ...(initial !== undefined && { initialValue: initial }),
        }),
      ),
    confirm: async (message) => answered(await confirm({ message, ...streams, initialValue: false })),
    secret: async (message) => answered(await password({ message, ...streams })),
  }
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>
  throw new CliError('interrupted', 'interrupted', 'Interrupted. Nothing was changed.')
}
