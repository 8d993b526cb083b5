import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import * as http2 from 'node:http2'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import * as tls from 'node:tls'
import { memoryStore } from '@claviger/store-memory'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { closeGracefully } from '../../src/http/close-gracefully.ts'
import { stepsOf } from './keyring.ts'
import { createKeyring, definePermissions, hmacSha256, systemActor, systemClock } from '../../src/index.ts'

/* Real sockets and real time: grace is short. */
const open: (() => void)[] = []
afterEach(() => {
  for (const end of open.splice(0)) end()
})

const keyring = (close: () => Promise<void> = async () => {}) => ({ close: vi.fn(close) })

async function listening<T extends { listen(port: number, host: string): unknown; address(): unknown }>(
  server: T,
): Promise<readonly [T, number]> {
  server.listen(0, '127.0.0.1')
  await once(server as unknown as Server, 'listening')
  return [server, (server.address() as AddressInfo).port]
}

/** A client that has begun to receive a response. */
async function streaming(port: number): Promise<IncomingMessage> {
  const request = get({ port, host: '127.0.0.1', agent: false })
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  response.resume()
  open.push(() => response.destroy())
  return response
}

// A secret both sides have, in place of a certificate.
const psk = Buffer.alloc(32, 7)
const shared = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const

/** A client of HTTPS, through its handshake. */
async function secured(port: number): Promise<Socket> {
  const socket = tls.connect({
    ...shared,
    port,
    host: '127.0.0.1',
    pskCallback: () => ({ psk, identity: 'test' }),
    checkServerIdentity: () => undefined,
  })
  await once(socket, 'secureConnect')
  return socket
}

async function upgraded(port: number, opened = connect(port, '127.0.0.1')): Promise<Socket> {
  const socket = opened
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  await once(socket, 'data')
  open.push(() => socket.destroy())
  return socket
}

const sse = (): Server => createServer((_, response) => void response.writeHead(200).write('data: 1\n\n'))

describe('closing a server with its keyring', () => {
  test('takes no connection any more, and ends at once when nothing is open', async () => {
    const [server, port] = await listening(sse())
    const ring = keyring()
    await closeGracefully(server, ring)
    expect(ring.close).toHaveBeenCalledTimes(1)
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('lets a response finish, drops its connection, and closes the keyring after it', async () => {
    let finish = (): void => {}
    const [server, port] = await listening(
      createServer((_, response) => {
        response.writeHead(200).write('a')
        finish = () => void response.end('b')
      }),
    )
    const ring = keyring()
    const response = await streaming(port)
    const closing = closeGracefully(server, ring, { graceMs: 5_000 })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(ring.close).not.toHaveBeenCalled()
    finish()
    await closing
    await vi.waitUntil(() => response.complete)
    expect(ring.close).toHaveBeenCalledTimes(1)
  })

  test('cuts an event stream after the grace', async () => {
    const [server, port] = await listening(sse())
    const response = await streaming(port)
    const ring = keyring()
    const startedAt = performance.now()
    await closeGracefully(server, ring, { graceMs: 100 })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(90)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(ring.close).toHaveBeenCalledTimes(1)
    await vi.waitUntil(() => response.destroyed)
    expect(response.complete).toBe(false)
  })

  test('cuts a connection that changed to WebSocket, which a server waits for and cannot close', async () => {
    const plain = sse()
    plain.on('upgrade', (_, socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const [server, port] = await listening(plain)
    const socket = await upgraded(port)
    const [other, otherPort] = await listening(sse())
    const untouched = await streaming(otherPort)
    await closeGracefully(server, keyring(), { graceMs: 50 })
    await vi.waitUntil(() => socket.destroyed || socket.readableEnded)
    expect(server.listening).toBe(false)
    expect(untouched.destroyed).toBe(false)
    other.closeAllConnections()
    other.close()
  })

  test('cuts a connection over TLS that changed to WebSocket', async () => {
    const plain = createSecureServer({ ...shared, pskCallback: () => psk })
    plain.on('upgrade', (_, socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    })
    const [server, port] = await listening(plain)
    const socket = await upgraded(port, await secured(port))
    const ring = keyring()
    const startedAt = performance.now()
    await closeGracefully(server, ring, { graceMs: 50 })
    // Without being waited for in vain.
    expect(performance.now() - startedAt).toBeLessThan(900)
    await vi.waitUntil(() => socket.destroyed || socket.readableEnded)
    expect(ring.close).toHaveBeenCalledTimes(1)
  })

  test('cuts an HTTP/2 session, in use or idle', async () => {
    const [server, port] = await listening(http2.createServer((_, response) => void response.write('data')))
    const client = http2.connect(`http://127.0.0.1:${port}`)
    client.on('error', () => {})
    const stream = client.request({ ':path': '/' })
    stream.on('error', () => {})
    await once(stream, 'response')
    const idle = http2.connect(`http://127.0.0.1:${port}`)
    idle.on('error', () => {})
    await once(idle, 'connect')
    open.push(
      () => client.destroy(),
      () => idle.destroy(),
    )
    const ring = keyring()
    await closeGracefully(server, ring, { graceMs: 50 })
    await vi.waitUntil(() => client.closed && idle.closed)
    expect(ring.close).toHaveBeenCalledTimes(1)
  })

  test('cuts at once without grace', async () => {
    const [server, port] = await listening(sse())
    await streaming(port)
    const startedAt = performance.now()
    await closeGracefully(server, keyring(), { graceMs: 0 })
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('happens once, for all callers; also for a server that never listened', async () => {
    const [server, port] = await listening(sse())
    await streaming(port)
    const ring = keyring()
    await Promise.all([
      closeGracefully(server, ring, { graceMs: 50 }),
      closeGracefully(server, ring, { graceMs: 60_000 }),
    ])
    await closeGracefully(server, ring)
    expect(ring.close).toHaveBeenCalledTimes(1)
    await closeGracefully(sse(), ring)
    expect(ring.close).toHaveBeenCalledTimes(2)
  })

  test('rejects as the keyring does, with the server closed', async () => {
    const [server] = await listening(sse())
    const failing = keyring(() => Promise.reject(new Error('no store')))
    await expect(closeGracefully(server, failing)).rejects.toThrow('no store')
    expect(server.listening).toBe(false)
  })

  test.each([
    ['server', [undefined, keyring()]],
    ['keyring', [sse(), {}]],
    ['graceMs', [sse(), keyring(), { graceMs: -1 }]],
    ['graceMs', [sse(), keyring(), { graceMs: '5s' }]],
  ])('demands a %s that is one', async (option, args) => {
    const call = closeGracefully as unknown as (...given: readonly unknown[]) => Promise<void>
    await expect(call(...args)).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CONFIGURATION', option })
  })

  test('counts every response, the one that was cut too', async () => {
    const store = memoryStore()
    const ring = createKeyring({
      prefix: 'acme',
      store: store.connect(),
      permissions: definePermissions({ prompts: ['read'] }),
      owners: 'unbounded',
      hasher: hmacSha256({ pepper: 'a pepper of thirty-two characters' }),
    })
    const { token } = await ring.as(systemActor('ws')).create({
      name: 'Key',
      environment: 'ci',
      owner: { type: 'user', id: 'ada' },
    })
    const { decide } = stepsOf(ring).authenticate()
    const [server, port] = await listening(
      createServer((request, response) => {
        void Promise.resolve(decide(request, request, response)).then((decision) => {
          response.writeHead(decision.type === 'pass' ? 200 : 401).write('data: 1\n\n')
        })
      }),
    )
    const headers = { authorization: `Bearer ${token}` }
    for (let stream = 0; stream < 3; stream += 1) {
      const request = get({ port, host: '127.0.0.1', agent: false, headers })
      request.on('error', () => {})
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      response.on('error', () => {})
      response.resume()
    }
    await closeGracefully(server, ring, { graceMs: 50 })
    const points = await store.usage({ workspaceId: 'ws', from: 0, to: 1e14, bucket: 'total' })
    expect(points).toMatchObject([{ requests: 3, allowed: 3 }])
  })

  test('refuses an option that does not exist, with a guess, and leaves the server open', async () => {
    const [server] = await listening(sse())
    open.push(() => server.close())
    const ring = keyring()
    await expect(closeGracefully(server, ring, { gracems: 5 } as never)).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('did you mean "graceMs"'),
    })
    expect(server.listening).toBe(true)
    expect(ring.close).not.toHaveBeenCalled()
  })

  test('inherits no option', async () => {
    const [server] = await listening(sse())
    Reflect.defineProperty(Object.prototype, 'graceMs', { value: -1, configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'graceMs'))
    await closeGracefully(server, keyring(), { clock: systemClock })
    expect(server.listening).toBe(false)
  })
})
