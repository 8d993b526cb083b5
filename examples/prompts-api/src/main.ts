import { closeGracefully } from '@claviger/express'
import { createApp } from './app.ts'
import { createPromptsKeyring } from './keyring.ts'
import { help, readCommand } from './options.ts'
import { explainListenError, listen } from './server.ts'
import { makeTour } from './tour.ts'

const command = readCommand(process.argv.slice(2), process.env)

if (command.type === 'help') {
  process.stdout.write(help)
} else if (command.type === 'mistake') {
  fail(command.message)
} else {
  await serve(command.port)
}

async function serve(port: number): Promise<void> {
  const keyring = createPromptsKeyring()
  await keyring.ready()
  try {
    const { server, url } = await listen(createApp(keyring), port)
    // Once: a second Ctrl+C ends the process at once.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void closeGracefully(server, keyring))
    process.stdout.write(await makeTour(keyring, url))
  } catch (error) {
    await keyring.close()
    const explanation = explainListenError(error, port)
    if (explanation === undefined) throw error
    fail(explanation)
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
