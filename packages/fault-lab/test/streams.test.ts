import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { serverOrSkip } from '@claviger/test-servers'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { StoreSetUp } from '../src/protocol.ts'
import { databases } from './databases.ts'
import { startWorker, type Worker } from './worker.ts'

// Streams in one process, revocations in another. What is promised is 2 s; a busy machine is late by itself.
const boundMs = 2_000
const patience = process.env.FAULT_LAB_REVOCATIONS === undefined ? 3 : 1

/** Something open: resolves when it has ended, with the instant. */
interface Open {
  readonly ended: Promise<number>
}

const kinds: Readonly<Record<string, (port: number, token: string) => Promise<Open>>> = {
  'a stream of server-sent events': openEvents,
  'a WebSocket': openSocket,
  'a GraphQL subscription': openSubscription,
}

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`streams in one process, on ${database.name}`, () => {
    let maker: Worker
    let streams: { readonly port: number; close(): void }

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const store = { kind: database.kind, url }
      maker = await startWorker('maker', { framework: 'express', store })
      streams = await startStreams(store)
    })
    afterAll(async () => {
      streams?.close()
      await maker?.close()
    })

    test.each(Object.keys(kinds))('%s ends after a revocation by another process', async (kind) => {
      const [one, other] = await maker.create(2, 'user')
      if (one === undefined || other === undefined) throw new Error('Expected two keys.')
      const open = kinds[kind] as (port: number, token: string) => Promise<Open>
      const [stream, untouched] = await Promise.all([open(streams.port, one.token), open(streams.port, other.token)])
      let isUntouched = true
      void untouched.ended.then(() => (isUntouched = false))

      const { at } = await maker.revoke(one.id)
      const endedAt = await stream.ended
      process.stdout.write(`${database.name}: ${kind} ended ${endedAt - at} ms after the revocation\n`)
      expect(endedAt - at).toBeLessThanOrEqual(boundMs * patience)
      expect(isUntouched).toBe(true)

      await maker.revoke(other.id)
      await untouched.ended
    })
  })
}

async function startStreams(store: StoreSetUp): Promise<{ readonly port: number; close(): void }> {
  const program = fileURLToPath(new URL('../dist/streams-worker.js', import.meta.url))
  const env = { ...process.env, CLAVIGER_LAB_WORKER: JSON.stringify({ store }) }
  const child = fork(program, { execArgv: [], env })
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }]
  return { port, close: () => void child.kill('SIGKILL') }
}

function openEvents(port: number, token: string): Promise<Open> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` }
    const sent = request({ port, host: '127.0.0.1', path: '/events', headers }, (response) => {
      const ended = new Promise<number>((over) => response.once('end', () => over(Date.now())))
      response.once('data', () => resolve({ ended }))
      if (response.statusCode !== 200) reject(new Error(`${response.statusCode}`))
    })
    sent.once('error', reject).end()
  })
}

function openSocket(port: number, token: string): Promise<Open> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers: { authorization: `Bearer ${token}` } })
  const ended = new Promise<number>((over) => socket.once('close', () => over(Date.now())))
  return new Promise((resolve, reject) => {
    socket.once('message', () => resolve({ ended }))
    socket.once('error', reject)
  })
}

function openSubscription(port: number, token: string): Promise<Open> {
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    retryAttempts: 0,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: { authorization: `Bearer ${token}` } })
      }
    },
  })
  return new Promise((resolve, reject) => {
    let over: (at: number) => void = () => {}
    const ended = new Promise<number>((end) => (over = end))
    const end = (): void => {
      over(Date.now())
      void client.dispose()
    }
    client.subscribe(
      { query: 'subscription { tick }' },
      {
        next: ({ errors }) => (errors === undefined ? resolve({ ended }) : end()),
        error: (error) => {
          end()
          reject(error instanceof Error ? error : new Error(JSON.stringify(error)))
        },
        complete: end,
      },
    )
  })
}
