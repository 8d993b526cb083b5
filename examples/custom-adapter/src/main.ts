import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, definePermissions, systemActor } from '@claviger/core'
import { closeGracefully } from '@claviger/core/http'
import { memoryStore } from '@claviger/store-memory'
import { apiKeyAuth } from './api-key-auth.ts'
import { framework } from './framework.ts'

const permissions = definePermissions({ prompts: ['read'] })
const keyring = createKeyring({ prefix: 'acme', store: memoryStore(), permissions, owners: 'unbounded' })
const auth = apiKeyAuth(keyring)

const listener = framework({
  '/v1/prompts': [
    auth.authenticate(),
    auth.require('prompts:read'),
    async ({ apiKey, res }) => void res.end(JSON.stringify({ workspace: apiKey?.workspaceId })),
  ],
})

const { token } = await keyring.as(systemActor('ws_acme')).create({
  name: 'Example',
  environment: 'production',
  permissions: ['prompts:read'],
  owner: { type: 'user', id: 'ada' },
})
const server = createServer(listener).listen(Number(process.argv[2] ?? 3_000), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`curl -H 'Authorization: Bearer ${token}' http://127.0.0.1:${port}/v1/prompts\n`)
})
process.once('SIGTERM', () => void closeGracefully(server, keyring))
