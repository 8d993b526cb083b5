import { expect, test } from 'vitest'
import { serverOrSkip, startRedisCluster } from '../src/index.ts'
import { ask } from './support/client.ts'

const cluster = await serverOrSkip('Redis', startRedisCluster)
// Their slots are 12182, 5061 and 866.
const keys = ['foo', 'bar', 'hello'] as const

cluster.describe('a Redis cluster', () => {
  test('is complete in the eyes of each of its three nodes', async () => {
    const { nodes, urls } = cluster.server()
    expect(urls).toEqual(nodes.map(({ port }) => `redis://127.0.0.1:${port}`))
    expect(nodes).toHaveLength(3)
    for (const { port } of nodes) {
      const info = await ask(port, 'CLUSTER INFO\r\nPING\r\n', '+PONG\r\n')
      expect(info).toContain('cluster_state:ok')
      expect(info).toContain('cluster_slots_ok:16384')
    }
  })

  test('keeps each key on one node, to which the others point', async () => {
    const { nodes } = cluster.server()
    for (const key of keys) {
      const replies = await Promise.all(nodes.map(({ port }) => ask(port, `SET ${key} 1\r\n`)))
      const owner = nodes[replies.indexOf('+OK\r\n')]
      expect(owner).toBeDefined()
      expect(replies.filter((reply) => reply.includes(`MOVED`) && reply.endsWith(`:${owner?.port}\r\n`))).toHaveLength(
        2,
      )
    }
  })

  test('takes a node back after a crash, with its slots and data', async () => {
    const [first] = cluster.server().nodes
    const { port = 0 } = first ?? {}
    expect(await ask(port, 'SET hello again\r\n')).toBe('+OK\r\n')
    await first?.kill()
    await first?.restart()
    await expect.poll(() => ask(port, 'GET hello\r\n'), { timeout: 20_000 }).toBe('$5\r\nagain\r\n')
  })
})
