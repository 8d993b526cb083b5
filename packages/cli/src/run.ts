import { CommanderError } from 'commander'
import type { Io } from './edge/io.types.ts'
import { exitCodes } from './exits/exit-codes.ts'
import { failureOf } from './exits/failure.ts'
import { createPresenter } from './presenting/presenter.ts'
import { makeProgram } from './program.ts'
import { refuseSecretsIn } from './secrets/refuse-in-argv.ts'

/** Commander's ways of ending without a mistake. */
const displayed = new Set(['commander.helpDisplayed', 'commander.version'])

/**
 * Runs one command to its end.
 *
 * @example
 * process.exitCode = await run(process.argv.slice(2), processIo((specifier) => import(specifier)))
 *
 * @param argv the arguments behind the name of the program
 * @returns the exit code: 0 ok, 1 failed or an audit found something, 2 usage, 3 not found, 4 not allowed, 5 store or API
 * unreachable, 130 interrupted
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const presenter = createPresenter(io, isJson(argv), argv.includes('--no-color'))
  try {
    refuseSecretsIn(argv)
    let exitCode: number = exitCodes.ok
    const program = makeProgram(io, (code) => {
      exitCode = code
    })
    await program.parseAsync([...argv], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && displayed.has(error.code)) return exitCodes.ok
    // Its text was shown already.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage
    const failure = failureOf(error)
    presenter.failure(failure)
    return exitCodes[failure.ending]
  }
}

function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json')
}
