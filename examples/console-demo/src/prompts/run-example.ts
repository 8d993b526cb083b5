import type { Keyring } from '@claviger/core'
import { closeGracefully } from '@claviger/core/http'
import { type Data, openData, removeData } from './data.ts'
import { createPromptsKeyring, type Permission } from './keyring.ts'
import { help, readCommand, type ServeOptions } from './options.ts'
import { explainListenError, type Handler, listen } from './server.ts'
import { tellStory } from './story.ts'
import { tourText } from './tour.ts'
import { tourKeys } from './tour-keys.ts'

/** Makes what answers requests, with a framework or without. */
export type CreateHandler = (keyring: Keyring<Permission>, url: string) => Handler

/**
 * Does what the command line says: serves the prompts API with keys to try, until Ctrl+C.
 *
 * @param folder where keys are kept, unless the command line says otherwise
 */
export async function runExample(createHandler: CreateHandler, folder: string): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env, folder)
  if (command.type === 'help') {
    process.stdout.write(help)
  } else if (command.type === 'mistake') {
    fail(command.message)
  } else {
    const data = await opened(command)
    if (data !== undefined) await serve(data, command.port, createHandler)
  }
}

async function opened({ data, reset }: ServeOptions): Promise<Data | undefined> {
  try {
    if (reset && data !== undefined) removeData(data)
    return await openData(data)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    fail(
      `The keys in ${data} could not be opened: ${why}\nChoose another folder with --data, start over with --reset, or keep them in memory with --memory.`,
    )
    return undefined
  }
}

async function serve(data: Data, port: number, createHandler: CreateHandler): Promise<void> {
  await tellStory(data.store)
  const keyring = createPromptsKeyring(data.store)
  await keyring.ready()
  try {
    const tokens = await tourKeys(keyring, data.tokens)
    data.keep(tokens)
    let app: Handler = () => {}
    const { server, url } = await listen((request, response) => app(request, response), port)
    app = createHandler(keyring, url)
    // Once: a second Ctrl+C ends the process at once.
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => void closeGracefully(server, keyring).finally(data.close))
    }
    process.stdout.write(tourText(tokens, { ...data, url }))
  } catch (error) {
    await keyring.close()
    data.close()
    const explanation = explainListenError(error, port)
    if (explanation === undefined) throw error
    fail(explanation)
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
