import { randomUUID } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKeyring, type Keyring, systemActor, systemClock } from '@claviger/core'
import { type Door, doorOf } from '@claviger/core/http'
import { apiKeyAuth as expressAuth, closeGracefully } from '@claviger/express'
import { apiKeyAuth as koaAuth } from '@claviger/koa'
import express from 'express'
import Koa from 'koa'
import type { Answer, Call, KeyForm, LabKey, Load, Weakening, WorkerSetUp } from './protocol.ts'
import { settingsOf } from './settings.ts'
import { openStore } from './stores.ts'

// One process of a host application: a keyring, a server, a door for the lab.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_WORKER ?? '') as WorkerSetUp
const opened = openStore(setUp.store)
const demoted = new Set<string>()
const keyring = createKeyring<string, string>({
  ...settingsOf(setUp.settings ?? {}),
  store: opened.store,
  defaultPermissions: ['lab:use'],
  resolveOwner: ({ owner }) => (demoted.has(owner.id) ? [] : ['*:*']),
  ...(setUp.flushMs !== undefined && { usage: { flushMs: setUp.flushMs } }),
  clock: { ...systemClock, now: () => Date.now() + (setUp.aheadMs ?? 0) },
})
const keys = keyring.as(systemActor('lab'))
// As adapters ask.
const door = doorOf(keyring) as Door
const server = (setUp.framework === 'koa' ? koaServer : expressServer)(keyring)

channel('claviger:flush').subscribe((message) => {
  tell({ type: 'flushed', reason: (message as { readonly reason: string }).reason })
})
process.on('message', (call: Call) => void answer(call).catch(failed).then(tell))
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
      return { type: 'created', keys: await createKeys(call.count, call.ownerType, call.of) }
    case 'rotate':
      return { type: 'rotated', token: (await keys.rotate(call.id)).token }
    case 'load':
      return { type: 'loaded', ...(await load(call.tokens, call.forMs)) }
    case 'revoke':
      return revoke(call.id)
    case 'weaken':
      await weaken(call.how, call.key)
      return { type: 'weakened', at: Date.now() }
    case 'demote':
      demoted.add(call.ownerId)
      return { type: 'demoted' }
    case 'flush':
      await keyring.flush()
      return { type: 'flushed usage' }
    case 'close':
      await closeGracefully(server, keyring, { graceMs: 0 }).catch(() => {})
      await opened.close().catch(() => {})
      return { type: 'closed' }
  }
}

/** As the guides tell hosts. The process then ends by itself, if nothing is left open. */
async function shutDown(): Promise<void> {
  await closeGracefully(server, keyring)
  await opened.close()
  process.off('disconnect', leave)
  process.disconnect()
}

async function createKeys(count: number, ownerType: LabKey['owner']['type'], form: KeyForm = {}): Promise<LabKey[]> {
  const created: LabKey[] = []
  for (let index = 0; index < count; index += 1) {
    const owner = { type: ownerType, id: await ownerId(ownerType) }
    const { key, token } = await keys.create({ name: `Lab ${index}`, environment: 'ci', ...form, owner })
    created.push({ id: key.id, token, owner })
  }
  return created
}

async function load(tokens: readonly string[], forMs: number): Promise<Load> {
  const until = performance.now() + forMs
  const before = process.cpuUsage()
  const refused: string[] = []
  let verified = 0
  while (performance.now() < until) {
    for (const token of tokens) {
      const { code } = await answered(token)
      if (code === undefined) verified += 1
      else refused.push(code)
    }
    // Timers and the network want their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { user, system } = process.cpuUsage(before)
  return { verified, cpuMs: (user + system) / 1_000, refused }
}

async function answered(token: string): Promise<{ readonly code: string | undefined }> {
  try {
    const verification = await door.check('bearer', `Bearer ${token}`)
    return { code: verification.ok ? undefined : verification.code }
  } catch (error) {
    return { code: codeOf(error) }
  }
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
    return { type: 'revoked', id, at: Date.now(), code: codeOf(error) }
  }
}

// Each says when the handler ran: the instant of the accept, by the one clock all processes share.
function expressServer(ring: Keyring): Server {
  const auth = expressAuth(ring)
  const app = express()
  app.get('/', auth.authenticate(), auth.require('lab:use'), (_, res) => {
    res.set('Accepted-At', `${Date.now()}`).sendStatus(204)
  })
  return createServer(app)
}

function koaServer(ring: Keyring): Server {
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

function failed(error: unknown): Answer {
  return { type: 'failed', code: codeOf(error) }
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? String(error)
}

function tell(message: Answer): void {
  process.send?.(message)
}
