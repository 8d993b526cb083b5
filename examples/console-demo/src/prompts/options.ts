import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Command =
  | ({ readonly type: 'serve' } & ServeOptions)
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly message: string }

/** How to serve. */
export interface ServeOptions {
  readonly port: number
  /** The folder of the keys; undefined: in memory. */
  readonly data: string | undefined
  /** Whether what is there is removed first. */
  readonly reset: boolean
}

/** What `--help` prints. */
export const help = `Serves the prompts API and the page of its keys, on this machine only.

  --port <number>   the port to listen on; 0 for any free one (default: $PORT, else 3000)
  --data <folder>   where keys are kept (default: .data in the folder of the example)
  --memory          keep keys in memory: they end with the process
  --reset           remove the keys that are kept, and start over
  --help            this text
`

/** Reads arguments and environment. */
export function readCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string', default: folder },
        memory: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    })
    if (values.help === true) return { type: 'help' }
    const text = values.port ?? (env.PORT || '3000')
    const port = Number(text)
    const { data, memory, reset } = values
    if (data === '') return { type: 'mistake', message: 'Expected a folder after --data.' }
    if (/^\d+$/.test(text) && port <= 65_535) {
      // npm starts it elsewhere than where the user is.
      const kept = resolve(env.INIT_CWD || '.', data)
      return { type: 'serve', port, data: memory ? undefined : kept, reset }
    }
    return { type: 'mistake', message: `Expected a port from 0 to 65535, got "${text}".` }
  } catch (error) {
    return { type: 'mistake', message: error instanceof Error ? error.message : String(error) }
  }
}
