import { createClient } from 'redis'
import { createClient as createClient5 } from 'redis5'
import { type NodeRedis, nodeRedis } from '../../src/index.ts'

/** Both major versions of node-redis, as a host passes them: made, and not connected. */
export const nodeRedisVersions: readonly (readonly [string, (url: string) => NodeRedis & { disconnect(): void }])[] = [
  ['node-redis 6', (url) => made(nodeRedis(createClient({ url })))],
  ['node-redis 5', (url) => made(nodeRedis(createClient5({ url })))],
]

/** There is nothing to close: the store closes what it opens. */
function made(client: NodeRedis): NodeRedis & { disconnect(): void } {
  return { ...client, disconnect: () => undefined }
}
