import { storeContract } from '@claviger/testing'
import { describe, test } from 'vitest'
import { type RedisClient, type RedisClusterClient, redisStore } from '../src/index.ts'
import { keyNames } from '../src/keys.ts'
import { freshNamespace } from './fixtures.ts'

type Client = (RedisClient | RedisClusterClient) & { disconnect(): void }

/** Runs the whole contract on a Redis through clients that `connect` makes. */
export function redisContract(name: string, connect: () => Client): void {
  storeContract({
    name,
    runner: { describe, test },
    makeStore: async () => {
      const namespace = freshNamespace()
      const clients: Client[] = []
      const open = (): ReturnType<typeof redisStore> => {
        const client = connect()
        clients.push(client)
        return redisStore(client, { namespace })
      }
      const store = open()
      const opened = [store]
      const second = async (): Promise<ReturnType<typeof redisStore>> => {
        const other = open()
        opened.push(other)
        return other
      }
      return {
        store,
        second,
        async reopen() {
          await store.close()
          return second()
        },
        async writeRaw(id, raw) {
          await clients[0]?.call('SET', keyNames(namespace).key(id), raw)
        },
        async close() {
          for (const one of opened) await one.close()
          for (const client of clients) client.disconnect()
        },
      }
    },
  })
}
