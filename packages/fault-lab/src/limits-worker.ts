import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { redisLimiter } from '@claviger/limits'
import { memoryStore } from '@claviger/store-memory'
import express from 'express'
import { Redis } from 'ioredis'

// A host process that limits a workspace on a Redis it shares with others. Keys are its own: only the limit is under test.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_WORKER ?? '') as {
  readonly url: string
  readonly requests: number
  readonly ahead?: number
}
const keyring = createKeyring({
  prefix: 'lab',
  store: memoryStore(),
  permissions: definePermissions({ lab: ['use'] }),
  owners: 'unbounded',
  hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
})
const { token } = await keyring.as(systemActor('ws_lab')).create({
  name: 'lab',
  environment: 'production',
  permissions: ['lab:use'],
  owner: { type: 'user', id: 'ada' },
})
const redis = new Redis(setUp.url)
redis.on('error', () => {})
const limiter = redisLimiter(redis, {
  ...(setUp.ahead === undefined ? {} : { ahead: setUp.ahead }),
  onEvent: ({ type }) => process.send?.({ type }),
})
const auth = apiKeyAuth(keyring)
const app = express()
app.use(auth.authenticate(), auth.limit({ limiter, by: 'workspace', rule: { requests: setUp.requests, per: '1h' } }))
app.get('/', auth.require('lab:use'), (_req, res) => void res.json({}))

const server = createServer(app)
process.on('disconnect', () => process.exit(0))
await once(redis, 'ready')
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.({ type: 'listening', port: (server.address() as AddressInfo).port, token })
