import type { Ending } from './exit-codes.ts'

/** A command cannot do what it was asked. Shown as one line, and one line that says how to go on. */
export class CliError extends Error {
  readonly ending: Ending
  /** Stable, for `--json`. */
  readonly code: string
  /** How to fix it; null when there is nothing to say. */
  readonly fix: string | null

  constructor(ending: Ending, code: string, message: string, fix: string | null = null) {
    super(message)
    this.ending = ending
    this.code = code
    this.fix = fix
  }
}

// Written down: a minifier renames classes.
Object.defineProperty(CliError.prototype, 'name', { value: 'CliError', configurable: true, writable: true })
