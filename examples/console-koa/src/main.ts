import { createExampleKeyring, exampleProduct, openStore, seed } from '@claviger/example-console-demo'
import { closeGracefully } from '@claviger/koa'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createApp } from './app.ts'

const { values } = parseArgs({
  options: { port: { type: 'string' }, file: { type: 'string', default: 'console-example.db' } },
})
const { store, where, close } = await openStore(values.file)
await seed(store, exampleProduct)
const keyring = createExampleKeyring(store)
await keyring.ready()

const handle = createApp(keyring).callback()
const server = createServer((request, response) => void handle(request, response))
server.listen(Number(values.port ?? process.env.PORT ?? 3000), '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void closeGracefully(server, keyring).finally(close))
}
process.stdout.write(`The console is at http://127.0.0.1:${port}/settings/api-keys
Sign in as one of four people. Keys are kept in ${where}. Stop it with Ctrl+C.
`)
