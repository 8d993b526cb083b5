import { storeContract, type StoreUnderTest } from '@claviger/testing'
import { describe, test } from 'vitest'
import { type NodeRedis, type RedisClient, type RedisClusterClient, redisStore } from '../../src/index.ts'
import { keyNames } from '../../src/names.ts'
import { Redis } from 'ioredis'
import { freshNamespace, namesIn } from './fixtures.ts'

type Client = (RedisClient | RedisClusterClient | NodeRedis) & { disconnect(): void }

/** Runs the whole contract on a Redis through clients that `connect` makes. */
export function redisContract(name: string, connect: () => Client, masters: () => readonly string[]): void {
  storeContract<StoreUnderTest & { lose(): Promise<void> }>({
    name,
    runner: { describe, test },
    demote: async () => demoted(masters()),
    lose: ({ lose }) => lose(),
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
          const [client] = clients
          if (client === undefined || 'call' in client)
            return void (await client?.call('SET', keyNames(namespace).key(id), raw))
          await onEach(masters(), async (master) => {
            await master.set(keyNames(namespace).key(id), raw)
          })
        },
        async lose() {
          await onEach(masters(), async (master) => {
            for (const key of await namesIn(master, namespace)) await master.call('DEL', key)
          })
        },
        async close() {
          for (const one of opened) await one.close()
          for (const client of clients) client.disconnect()
        },
      }
    },
  })
}

/** Masters that may be cut off: they answer reads, and refuse writes until the way back is taken. */
async function demoted(urls: readonly string[]): Promise<() => Promise<void>> {
  const demand = (replicas: string): Promise<void> =>
    onEach(urls, async (master) => {
      await master.call('CONFIG', 'SET', 'min-replicas-to-write', replicas)
    })
  await demand('1')
  return () => demand('0')
}

async function onEach(urls: readonly string[], work: (master: Redis) => Promise<void>): Promise<void> {
  for (const url of urls) {
    const master = new Redis(url)
    await work(master).finally(() => master.disconnect())
  }
}
