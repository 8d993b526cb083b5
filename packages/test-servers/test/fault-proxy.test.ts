import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FaultProxy, faultProxy, serverOrSkip, startRedis } from '../src/index.ts'
import { ask, openClient } from './support/client.ts'
import { type EchoServer, startEchoServer } from './support/echo-server.ts'

const anHourMs = 3_600_000
const large = `${'x'.repeat(4_000_000)}!`
const redis = await serverOrSkip('Redis', startRedis)

describe('a proxy in front of an echo server', () => {
  let echo: EchoServer
  let proxy: FaultProxy

  beforeEach(async () => {
    echo = await startEchoServer()
    proxy = await faultProxy(echo)
  })

  afterEach(async () => {
    await proxy.close()
    await echo.close()
  })

  // Long enough for a byte to go astray: a round trip past the proxy.
  const roundTrip = async (): Promise<void> => {
    expect(await ask(echo.port, '?', '?')).toBe('?')
  }

  test('passes bytes and ends of streams, and counts connections', async () => {
    expect(proxy.url).toBe(`tcp://127.0.0.1:${proxy.port}`)
    expect(proxy.connections()).toBe(0)
    const client = await openClient(proxy.port)
    client.send('hello')
    expect(await client.until('hello')).toBe('hello')
    expect(proxy.connections()).toBe(1)
    client.end()
    expect(await client.ended).toBe('closed')
    await expect.poll(() => proxy.connections()).toBe(0)
  })

  test('passes more than any buffer holds', async () => {
    expect(await ask(proxy.port, large, '!')).toBe(large)
  })

  test('delays bytes, in order, and lets them all go when it passes again', async () => {
    await proxy.delay(anHourMs)
    const client = await openClient(proxy.port)
    client.send('first,')
    await roundTrip()
    client.send('second')
    await roundTrip()
    expect(echo.received()).not.toContain('first')
    await proxy.pass()
    expect(await client.until('second')).toBe('first,second')
    client.end()
  })

  test('delays each way, also the end of the stream', async () => {
    await proxy.delay(20)
    const started = performance.now()
    const client = await openClient(proxy.port)
    client.send(large)
    client.end()
    expect(await client.until('!')).toBe(large)
    // Timers may fire up to a millisecond early.
    expect(performance.now() - started).toBeGreaterThan(38)
    expect(await client.ended).toBe('closed')
  })

  test('holds open and new connections, and drops nothing', async () => {
    const open = await openClient(proxy.port)
    open.send('before')
    await open.until('before')
    await proxy.hold()
    const later = await openClient(proxy.port)
    open.send(large)
    later.send('later')
    later.end()
    await roundTrip()
    expect(echo.received()).toBe('before?')
    await proxy.pass()
    expect(await open.until('!')).toBe(`before${large}`)
    expect(await later.until('later')).toBe('later')
    open.end()
  })

  test('swallows replies to requests that the server gets, until it passes again', async () => {
    const client = await openClient(proxy.port)
    await proxy.swallowReplies()
    client.send('request')
    await expect.poll(() => echo.received()).toBe('request')
    await roundTrip()
    expect(client.received()).toBe('')
    await proxy.pass()
    expect(await client.until('request')).toBe('request')
    client.end()
  })

  test('resets open connections, and takes new ones', async () => {
    const clients = await Promise.all([openClient(proxy.port), openClient(proxy.port)])
    await expect.poll(() => proxy.connections()).toBe(2)
    await proxy.rst()
    expect(await Promise.all(clients.map(({ ended }) => ended))).toEqual(['reset', 'reset'])
    expect(proxy.connections()).toBe(0)
    expect(await ask(proxy.port, 'again', 'again')).toBe('again')
  })

  test('resets a connection in the moment in which one side ends it', async () => {
    await proxy.delay(anHourMs)
    const client = await openClient(proxy.port)
    client.end()
    await roundTrip()
    await proxy.pass()
    await proxy.rst()
    expect(proxy.connections()).toBe(0)
    await client.ended
  })

  test('refuses new connections, keeps open ones, and takes new ones again on the same port', async () => {
    const open = await openClient(proxy.port)
    open.send('early')
    await open.until('early')
    await proxy.refuse()
    await expect(openClient(proxy.port)).rejects.toThrow('ECONNREFUSED')
    open.send('still')
    expect(await open.until('still')).toBe('earlystill')
    await proxy.hold()
    const { port } = proxy
    const held = await openClient(port)
    await proxy.pass()
    held.send('again')
    expect(await held.until('again')).toBe('again')
    open.end()
    held.end()
  })

  test.each([
    [0, ''],
    [3, 'abc'],
    [6, 'abcdef'],
  ])('closes each connection after %i bytes of replies', async (bytes, expected) => {
    await proxy.closeAfter(bytes)
    const client = await openClient(proxy.port)
    client.send('abcdef')
    expect(await client.ended).toBe('closed')
    expect(client.received()).toBe(expected)
    expect(echo.received()).toBe('abcdef')
  })

  test('counts the bytes to close after from the moment of the call', async () => {
    const client = await openClient(proxy.port)
    client.send('abcdef')
    await client.until('abcdef')
    await proxy.closeAfter(2)
    client.send('ghi')
    await client.ended
    expect(client.received()).toBe('abcdefgh')
  })

  test('resets connections when the server cannot be reached', async () => {
    const lonely = await faultProxy({ port: echo.port === 1 ? 2 : 1 })
    const client = await openClient(lonely.port)
    expect(await client.ended).toBe('reset')
    await lonely.close()
  })

  test('closes with connections open, held ones too, and may be closed again', async () => {
    await proxy.hold()
    const client = await openClient(proxy.port)
    client.send('never')
    await expect.poll(() => proxy.connections()).toBe(1)
    await proxy.close()
    await proxy.close()
    expect(await client.ended).toBe('reset')
    expect(proxy.connections()).toBe(0)
  })
})

redis.describe('a proxy in front of Redis', () => {
  test('keeps replies in step over every fault', async () => {
    const { port } = redis.server()
    const proxy = await faultProxy(redis.server())
    expect(proxy.url).toBe(`redis://127.0.0.1:${proxy.port}`)
    const client = await openClient(proxy.port)
    const value = (): Promise<string> => ask(port, 'GET count\r\nPING\r\n', '+PONG\r\n')

    await proxy.hold()
    client.send('INCR count\r\n')
    expect(await value()).toBe('$-1\r\n+PONG\r\n')
    await proxy.swallowReplies()
    await expect.poll(value).toBe('$1\r\n1\r\n+PONG\r\n')
    expect(client.received()).toBe('')
    await proxy.delay(1)
    client.send('INCR count\r\nINCR count\r\n')
    expect(await client.until(':3\r\n')).toBe(':1\r\n:2\r\n:3\r\n')
    await proxy.closeAfter(0)
    client.send('INCR count\r\n')
    expect(await client.ended).toBe('closed')
    expect(await value()).toBe('$1\r\n4\r\n+PONG\r\n')
    await proxy.close()
  })
})
