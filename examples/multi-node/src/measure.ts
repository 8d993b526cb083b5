import type { MeasuredKey } from './messages.ts'
import type { Node } from './nodes.ts'

/** How long each node let keys through after they were revoked. */
export interface NodeDelays {
  readonly name: string
  /** From the end of `revoke` to the last request that was let through, milliseconds; 0 when none was. One per key. */
  readonly delaysMs: readonly number[]
}

const giveUpAfterMs = 10_000

/** Revokes keys on the first node, one after the other, while every node is asked without a pause. */
export async function measureRevocations(nodes: readonly Node[], keys: readonly MeasuredKey[]): Promise<NodeDelays[]> {
  const delays = nodes.map(({ name }) => ({ name, delaysMs: [] as number[] }))
  for (const key of keys) {
    const watched = await revokeWatched(nodes, key)
    for (const [index, delayMs] of watched.entries()) delays[index]?.delaysMs.push(delayMs)
  }
  return delays
}

async function revokeWatched(nodes: readonly Node[], { id, token }: MeasuredKey): Promise<number[]> {
  // Now every node has the key in its memory, and would go on without asking Redis.
  await Promise.all(nodes.map((node) => node.request(token)))
  const watched = Promise.all(nodes.map((node) => lastAccept(node, token)))
  // Handled below; but a node may fail before that.
  watched.catch(() => {})
  const revokedAt = await nodes[0]?.revoke(id)
  return (await watched).map((acceptedAt) => Math.max(0, acceptedAt - (revokedAt ?? 0)))
}

/** Asks until the key is refused. */
async function lastAccept(node: Node, token: string): Promise<number> {
  const giveUpAt = Date.now() + giveUpAfterMs
  let last = 0
  while (Date.now() < giveUpAt) {
    const acceptedAt = await node.request(token)
    if (acceptedAt === undefined) return last
    last = acceptedAt
  }
  throw new Error(`${node.name} still lets a revoked key through after ${giveUpAfterMs} ms.`)
}
