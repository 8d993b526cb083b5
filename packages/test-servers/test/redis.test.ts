import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { serverOrSkip, startRedis } from '../src/index.ts'
import { isRunning } from '../src/process-tree.ts'
import { startRedisNode } from '../src/redis.ts'
import { ask, openClient } from './support/client.ts'

const redis = await serverOrSkip('Redis', startRedis)
const nil = '$-1\r\n'

redis.describe('a Redis server', () => {
  test('answers on its port and says so in its URL', async () => {
    const { port, url } = redis.server()
    expect(await ask(port, 'PING\r\n')).toBe('+PONG\r\n')
    expect(url).toBe(`redis://127.0.0.1:${port}`)
  })

  test('is set as stores need it: append-only file on, eviction off', async () => {
    const { port } = redis.server()
    expect(await ask(port, 'CONFIG GET appendonly\r\n', 'yes\r\n')).toContain('appendonly')
    expect(await ask(port, 'CONFIG GET maxmemory-policy\r\n', 'noeviction\r\n')).toContain('maxmemory-policy')
  })

  test('comes back with its data after a crash, on the same port, as another process', async () => {
    const server = redis.server()
    const { port, pid } = server
    await ask(port, 'SET kept 1\r\n')
    await server.kill()
    expect(isRunning(pid)).toBe(false)
    await expect(openClient(port)).rejects.toThrow('ECONNREFUSED')
    await server.restart()
    expect(await ask(port, 'GET kept\r\n', '1\r\n')).toBe('$1\r\n1\r\n')
    expect(server.port).toBe(port)
    expect(server.pid).not.toBe(pid)
  })

  test('comes back with its data when it is restarted while it runs', async () => {
    const server = redis.server()
    const { pid } = server
    await ask(server.port, 'SET kept 2\r\n')
    await server.restart()
    expect(isRunning(pid)).toBe(false)
    expect(await ask(server.port, 'GET kept\r\n', '2\r\n')).toBe('$1\r\n2\r\n')
  })

  test('comes back empty when its data are not kept', async () => {
    const server = await startRedis({ keepData: false })
    if (server === undefined) throw new Error('No server')
    await ask(server.port, 'SET lost 1\r\n')
    await server.kill()
    await server.restart()
    expect(await ask(server.port, 'GET lost\r\n')).toBe(nil)
    await server.stop()
  })

  test('takes arguments, which win over the usual ones', async () => {
    const server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    expect(await ask(server?.port ?? 0, 'CONFIG GET maxmemory-policy\r\n', 'allkeys-lru\r\n')).toContain('$11')
    await server?.stop()
  })

  test('answers nothing while it is frozen, and everything afterwards', async () => {
    const server = redis.server()
    const client = await openClient(server.port)
    server.pause()
    client.send('INCR counted\r\n')
    const late = await openClient(server.port)
    expect(client.received()).toBe('')
    server.resume()
    expect(await client.until('\r\n')).toBe(':1\r\n')
    client.end()
    late.end()
  })

  test('stops even when it is frozen, leaves nothing behind, and may be stopped again', async () => {
    const node = await startRedisNode({})
    if (node === undefined) throw new Error('No server')
    const { pid } = node.server
    node.server.pause()
    await node.server.stop()
    await node.server.stop()
    expect(isRunning(pid)).toBe(false)
    expect(existsSync(node.socketFile.replace(/\/[^/]+$/, ''))).toBe(false)
  })

  test('that cannot start says why', async () => {
    await expect(startRedis({ args: ['--no-such-setting', 'x'] })).rejects.toThrow('no-such-setting')
  })
})
