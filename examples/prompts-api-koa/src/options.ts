import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Command =
  | { readonly type: 'serve'; readonly port: number }
  | { readonly type: 'help' }
  | { readonly type: 'mistake'; readonly message: string }

/** What `--help` prints. */
export const help = `Serves the prompts API, with keys that end with the process.

  --port <number>   the port to listen on; 0 for any free one (default: $PORT, else 3000)
  --help            this text
`

/** Reads arguments and environment. */
export function readCommand(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { port: { type: 'string' }, help: { type: 'boolean' } },
    })
    if (values.help === true) return { type: 'help' }
    const text = values.port ?? (env.PORT || '3000')
    const port = Number(text)
    if (/^\d+$/.test(text) && port <= 65_535) return { type: 'serve', port }
    return { type: 'mistake', message: `Expected a port from 0 to 65535, got "${text}".` }
  } catch (error) {
    return { type: 'mistake', message: error instanceof Error ? error.message : String(error) }
  }
}
