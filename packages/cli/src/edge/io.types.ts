import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type Terminal<Stream> = Stream & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }

/** Everything outside that the command line touches. `processIo` is the real one; tests bring their own. */
export interface Io {
  readonly stdin: Terminal<Readable>
  /** Results only: tables, JSON, and a new token, alone on its line. */
  readonly stdout: Terminal<Writable>
  /** Everything that is for people: notes, warnings, errors, prompts, progress. */
  readonly stderr: Terminal<Writable>
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder in which the command was given. */
  readonly cwd: string
  readonly platform: NodeJS.Platform
  /** Epoch milliseconds. */
  now(): number
  /** Imports a module, as `import()` does: a file URL, or the name of a package that the command line brings along. */
  importModule(specifier: string): Promise<unknown>
  /** The file of a package as code in `directory` would import it; undefined when it is not installed there. */
  resolveFrom(directory: string, name: string): string | undefined
  /** Whether `importModule` takes TypeScript. */
  readonly readsTypeScript: boolean
  readonly fetch: typeof fetch
  /** Resolves when the user presses Ctrl+C, or the process is asked to end. */
  interrupted(): Promise<void>
}
