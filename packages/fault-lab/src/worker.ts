import { randomUUID } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor, systemClock } from '@claviger/core'
import { apiKeyAuth as expressAuth } from '@claviger/express'
import { apiKeyAuth as koaAuth } from '@claviger/koa'
import express from 'express'
import Koa from 'koa'
import type { Answer, Call, LabKey, Weakening, WorkerSetUp } from './protocol.ts'
import { openStore } from './stores.ts'

// One process of a host application: a keyring, a server, a door for the lab.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_WORKER ?? '') as WorkerSetUp
const opened = openStore(setUp.store)
const demoted = new Set<string>()
const keyring = createKeyring({
  prefix: 'lab',
  store: opened.store,
  permissions: definePermissions({ lab: ['use'] }),
  defaultPermissions: ['lab:use'],
  resolveOwner: ({ owner }) => (demoted.has(owner.id) ? [] : ['*:*']),
  hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
  ...(setUp.flushMs !== undefined && { usage: { flushMs: setUp.flushMs } }),
  clock: { ...systemClock, now: () => Date.now() + (setUp.aheadMs ?? 0) },
})
const keys = keyring.as(systemActor('lab'))
const server = (setUp.framework === 'koa' ? koaServer : expressServer)(keyring)

channel('claviger:flush').subscribe((message) => {
  tell({ type: 'flushed', reason: (message as { readonly reason: string }).reason })
})
process.on('message', (call: Call) => void answer(call).then(tell))
const leave = (): void => process.exit(0)
process.on('disconnect', leave)
process.once('SIGTERM', () => void shutDown())

await keyring.ready()
// The lab keeps its connections: none must be closed just when it is used again.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => tell({ type: 'listening', port: (server.address() as AddressInfo).port }))

async function answer(call: Call): Promise<Answer> {
  switch (call.type) {
    case 'create':
      return { type: 'created', keys: await createKeys(call.count, call.ownerType) }
    case 'revoke':
      return revoke(call.id)
    case 'weaken':
      await weaken(call.how, call.key)
      return { type: 'weakened', at: Date.now() }
    case 'demote':
      demoted.add(call.ownerId)
      return { type: 'demoted' }
    case 'close':
      server.closeAllConnections()
      server.close()
      await keyring.close().catch(() => {})
      await opened.close().catch(() => {})
      return { type: 'closed' }
  }
}

/** As the guides tell hosts. The process then ends by itself, if nothing is left open. */
async function shutDown(): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(sweep)
  await keyring.close()
  await opened.close()
  process.off('disconnect', leave)
  process.disconnect()
}

async function createKeys(count: number, ownerType: LabKey['owner']['type']): Promise<LabKey[]> {
  const created: LabKey[] = []
  for (let index = 0; index < count; index += 1) {
    const owner = { type: ownerType, id: await ownerId(ownerType) }
    const { key, token } = await keys.create({ name: `Lab ${index}`, environment: 'ci', owner })
    created.push({ id: key.id, token, owner })
  }
  return created
}

async function ownerId(type: LabKey['owner']['type']): Promise<string> {
  if (type === 'user') return `user-${randomUUID()}`
  return (await keys.serviceAccounts.create({ name: 'Lab', permissions: ['lab:use'] })).id
}

async function weaken(how: Weakening, { id, owner }: LabKey): Promise<void> {
  switch (how) {
    case 'disable':
      return void (await keys.disable(id))
    case 'narrow':
      return void (await keys.update(id, { permissions: [] }))
    case 'owner changed':
      return keyring.ownerChanged({ workspaceId: 'lab', owner })
    case 'account narrowed':
      return void (await keys.serviceAccounts.update(owner.id, { permissions: [] }))
    case 'account deleted':
      return void (await keys.serviceAccounts.delete(owner.id))
  }
}

async function revoke(id: string): Promise<Answer> {
  try {
    await keys.revoke(id)
    return { type: 'revoked', id, at: Date.now() }
  } catch (error) {
    return { type: 'revoked', id, at: Date.now(), code: (error as { readonly code?: string }).code ?? String(error) }
  }
}

// Each says when the handler ran: the instant of the accept, by the one clock all processes share.
function expressServer(ring: Keyring<'lab:use' | 'keys:manage'>): Server {
  const auth = expressAuth(ring)
  const app = express()
  app.get('/', auth.authenticate(), auth.require('lab:use'), (_, res) => {
    res.set('Accepted-At', `${Date.now()}`).sendStatus(204)
  })
  return createServer(app)
}

function koaServer(ring: Keyring<'lab:use' | 'keys:manage'>): Server {
  const auth = koaAuth(ring)
  const app = new Koa()
  app.use(auth.authenticate())
  app.use(auth.require('lab:use'))
  app.use((ctx) => {
    ctx.set('Accepted-At', `${Date.now()}`)
    ctx.status = 204
  })
  const handle = app.callback()
  return createServer((req, res) => void handle(req, res))
}

function tell(message: Answer): void {
  process.send?.(message)
}
