import { expect, test } from 'vitest'
import { measureRevocations } from '../src/measure.ts'
import type { Node } from '../src/nodes.ts'

const key = { id: 'key', token: 'token' }

/** A node that has let requests through at these instants, and refuses from then on. Its revocations end at 1 000. */
function node(name: string, ...acceptedAt: readonly number[]): Node {
  const left = [...acceptedAt]
  return {
    name,
    create: async () => [],
    revoke: async () => 1_000,
    request: async () => left.shift(),
    stop: async () => {},
  }
}

test('the delay is from the revocation to the last request let through, in each node; 0 when that came before', async () => {
  const nodes = [node('first', 10, 999), node('second', 10, 999, 1_000, 1_007), node('third', 10)]
  expect(await measureRevocations(nodes, [key])).toEqual([
    { name: 'first', delaysMs: [0] },
    { name: 'second', delaysMs: [7] },
    { name: 'third', delaysMs: [0] },
  ])
})

test('a node that fails ends the measurement', async () => {
  const broken = { ...node('second'), request: () => Promise.reject(new Error('second answered 503')) }
  await expect(measureRevocations([node('first', 10), broken], [key])).rejects.toThrow('second answered 503')
})
