import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ApiKey, createKeyring, definePermissions, hmacSha256 } from '@claviger/core'
import { createDecider } from '@claviger/core/http'
import { apiKeyAuth } from '@claviger/express'
import express from 'express'
import { GraphQLError, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { StoreSetUp } from './protocol.ts'
import { openStore } from './stores.ts'

// A host application that keeps things open: server-sent events, WebSockets, GraphQL subscriptions. Each ends when the key
// it was opened with is refused.
const setUp = JSON.parse(process.env.CLAVIGER_LAB_WORKER ?? '') as { readonly store: StoreSetUp }
const opened = openStore(setUp.store)
const keyring = createKeyring({
  prefix: 'lab',
  store: opened.store,
  permissions: definePermissions({ lab: ['use'] }),
  resolveOwner: () => ['*:*'],
  hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
})
const auth = apiKeyAuth(keyring)
const decide = createDecider(keyring, { permissions: ['lab:use'] })
const keyOf = new WeakMap<object, ApiKey>()

const app = express()
app.get('/events', auth.authenticate(), auth.require('lab:use'), (req, res) => {
  if (req.apiKey === undefined) throw new Error('Mount auth.authenticate() first.')
  const left = new AbortController()
  res.on('close', () => left.abort())
  keyring.watch(req.apiKey, { signal: left.signal }).addEventListener('abort', () => res.end())
  res.set({ 'Content-Type': 'text/event-stream' }).flushHeaders()
  res.write('data: hello\n\n')
})

const sockets = new WebSocketServer({ noServer: true })
const subscriptions = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' })
useServer(
  { schema: schemaOfTicks(), context: ({ extra: { request } }) => ({ apiKey: keyOf.get(request) }) },
  subscriptions,
)

const server = createServer(app)
server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head))

process.on('disconnect', () => process.exit(0))
await keyring.ready()
server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.({ type: 'listening', port: (server.address() as AddressInfo).port })

async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  socket.on('error', () => socket.destroy())
  const decision = await decide(request)
  if (!decision.ok) {
    socket.end(`HTTP/1.1 ${decision.status} Refused\r\n\r\n`)
    return
  }
  keyOf.set(request, decision.apiKey)
  if (request.url === '/graphql') {
    subscriptions.handleUpgrade(request, socket, head, (one) => subscriptions.emit('connection', one, request))
    return
  }
  sockets.handleUpgrade(request, socket, head, (one) => {
    const left = new AbortController()
    one.on('close', () => left.abort())
    keyring.watch(decision.apiKey, { signal: left.signal }).addEventListener('abort', () => one.close(1008))
    one.send('hello')
  })
}

/** A subscription that gives one tick and then waits; it ends with an error when the key is refused. */
function schemaOfTicks(): GraphQLSchema {
  async function* ticks(apiKey: ApiKey): AsyncGenerator<{ tick: string }> {
    const left = new AbortController()
    try {
      const refused = keyring.watch(apiKey, { signal: left.signal })
      yield { tick: 'hello' }
      if (!refused.aborted) await once(refused, 'abort')
      throw new GraphQLError('The key is refused.')
    } finally {
      left.abort()
    }
  }
  const tick = { type: new GraphQLNonNull(GraphQLString) }
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { tick: { ...tick, resolve: () => 'hello' } } }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        tick: {
          ...tick,
          subscribe: (_source, _args, { apiKey }: { readonly apiKey: ApiKey }) => ticks(apiKey),
          resolve: (source: { readonly tick: string }) => source.tick,
        },
      },
    }),
  })
}
