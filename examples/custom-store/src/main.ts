import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { systemActor } from '@claviger/core'
import { closeGracefully } from '@claviger/express'
import { createApp, createFileKeyring } from './app.ts'

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: 'keys.json' },
    port: { type: 'string', default: '3000' },
    revoke: { type: 'boolean', default: false },
  },
})
const keyring = createFileKeyring(values.file)
const keys = keyring.as(systemActor('acme'))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

await keyring.ready()
if (values.revoke) {
  for (const key of (await keys.list({ status: 'active' })).items) {
    await keys.revoke(key.id, { reason: 'Asked for on the command line.' })
    say(`Revoked ${key.hint}. Servers that use ${values.file} learn about it within two seconds.`)
  }
  await keyring.close()
} else {
  await serve(Number(values.port))
}

async function serve(port: number): Promise<void> {
  const server = createServer(createApp(keyring))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/status`

  const [known] = (await keys.list({ status: 'active' })).items
  if (known === undefined) {
    const { token } = await keys.create({
      name: 'First key',
      environment: 'development',
      owner: { type: 'user', id: 'ada' },
    })
    say(`Keys are kept in ${values.file}. A new one, shown once; it still works after a restart:\n`)
    say(`curl -i ${url} -H 'Authorization: Bearer ${token}'\n`)
  } else {
    say(`${values.file} holds ${known.hint}, made ${known.createdAt.toISOString()}. Its token still works on ${url}`)
  }
  for (const limit of keyring.guarantees().limits) say(`Note: ${limit}`)

  // The server first: requests under way still need the keyring.
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void closeGracefully(server, keyring))
  }
}
