import type { Backend } from '../backend/backend.types.ts'
import type { Ending } from '../exits/exit-codes.ts'
import type { Io } from '../edge/io.types.ts'
import type { LoadedConfig } from '../settings/load-config.ts'
import type { TargetFlags } from '../settings/settings.ts'
import type { Style } from '../text/style.ts'

/** The flags that every command takes. */
export interface GlobalFlags extends TargetFlags {
  readonly config?: string
  readonly storeOption?: readonly string[]
  readonly json?: boolean
  readonly plain?: boolean
  readonly quiet?: boolean
  readonly color: boolean
  readonly input: boolean
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly confirm?: string
}

/** What a command works with. */
export interface Context {
  readonly io: Io
  readonly flags: GlobalFlags
  /** The configuration file, if there is one. */
  config(): Promise<LoadedConfig | undefined>
  /** Opens the place where keys are, once. */
  backend(): Promise<Backend>
  /** Questions to the user; undefined where no one can be asked. */
  readonly ask: Ask | undefined
  /** Tells how far something long has come. Shown in terminals only. */
  progress(text: string): void
  /** Something is odd, and the command goes on. */
  warn(text: string): void
}

/** Questions in the terminal. Each throws when the user presses Ctrl+C. */
export interface Ask {
  text(message: string, options?: { readonly placeholder?: string; readonly required?: boolean }): Promise<string>
  select(message: string, choices: readonly string[], initial?: string): Promise<string>
  confirm(message: string): Promise<boolean>
  secret(message: string): Promise<string>
}

/** What came of a command. */
export interface Outcome {
  /** The one document of `--json`. */
  readonly json: unknown
  /** For people: standard output. Empty when there is nothing to say there. */
  readonly human: (style: Style) => string
  /** For other programs, with `--plain`. Default: as for people, without colours. */
  readonly plain?: () => string
  /** For people: standard error, before the output. */
  readonly notes?: (style: Style) => readonly string[]
  /** Exit code 1: it worked, and found something. */
  readonly found?: boolean
  /** Ends with another code than 0 or 1. */
  readonly ending?: Ending
}

/** A command: flags and arguments in, an outcome out. */
export type Handler<Flags extends object = object> = (
  context: Context,
  flags: GlobalFlags & Flags,
  operands: readonly string[],
) => Promise<Outcome>
