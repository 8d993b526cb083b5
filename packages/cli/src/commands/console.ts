import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { apiKeyConsole } from '@claviger/console'
import { type Keyring, type LimitDefinition, systemActor } from '@claviger/core'
import { mount } from '@claviger/core/mount'
import type { Command } from 'commander'
import { openKeyring, requireWorkspace } from '../backend/open-direct.ts'
import { CliError } from '../exits/cli-error.ts'
import { targetOf } from '../settings/settings.ts'
import { parseCount } from '../text/lists.ts'
import { safeText } from '../text/safe-text.ts'
import type { Act } from './act.types.ts'
import type { Handler } from './context.types.ts'

interface ConsoleFlags {
  readonly port?: string
}

/** Adds `console`. */
export function addConsole(program: Command, act: Act): void {
  program
    .command('console')
    .description('show the keys in a browser on this machine; nothing can be changed there')
    .option('--port <port>', 'the port on 127.0.0.1 (default: a free one)')
    .action(act(showConsole))
}

const showConsole: Handler<ConsoleFlags> = async (context, flags) => {
  const { io } = context
  const loaded = await context.config()
  const target = targetOf(flags, io.env, loaded?.config)
  if (target.kind === 'remote') {
    throw new CliError(
      'usage',
      'usage',
      'The console is shown from a store, not from a management API.',
      'Pass --store or --config, or open the console that your application has mounted.',
    )
  }
  const workspace = requireWorkspace(io, { flags, loaded })
  const { keyring, place, close } = await openKeyring(io, target, { flags, loaded })
  try {
    await keyring.ready()
    const port = flags.port === undefined ? 0 : parseCount('--port', flags.port, 0, 65_535)
    const served = await serve(keyring, loaded?.config.limits, workspace, port)
    io.stderr.write(
      `The keys of ${safeText(workspace)} in ${safeText(place)}: ${served.url}\n` +
        'Only this machine can open it, and nothing can be changed there. Ctrl+C ends it.\n',
    )
    await io.interrupted()
    await served.close()
    return { json: { object: 'console', url: served.url }, human: () => '' }
  } finally {
    await close()
  }
}

interface Served {
  readonly url: string
  close(): Promise<void>
}

/** Serves the console on the loopback interface, read-only. */
async function serve(
  keyring: Keyring,
  limits: readonly LimitDefinition[] | undefined,
  workspace: string,
  port: number,
): Promise<Served> {
  const actor = systemActor(workspace, { origin: { userAgent: 'claviger-cli' } })
  const page = apiKeyConsole({
    keyring,
    limits,
    authorize: () => actor,
    readOnly: true,
    environmentBadge: { label: 'Preview', tone: 'neutral' },
  })
  const show = mount(page)
  const server = createServer((req, res) => {
    // DNS rebinding: a name of another site that resolves to this machine.
    if (isLoopback(req.headers.host)) return show(req, res)
    res.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Open it as http://127.0.0.1.\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  }).catch((error: NodeJS.ErrnoException) => {
    throw new CliError('failed', 'port_in_use', `Port ${port} cannot be used: ${error.code ?? 'it failed'}.`)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function isLoopback(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i.test(host ?? '')
}
