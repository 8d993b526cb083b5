import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Keyring, type KeyManager, systemActor } from '@claviger/core'
import { closeGracefully } from '@claviger/express'
import { Redis } from 'ioredis'
import { expressApp, koaApp } from './apps.ts'
import { createNodeKeyring } from './keyring.ts'
import type { NodeSettings, Order, Report } from './messages.ts'

// One process of an API: a Redis client, a keyring, a server. It lives as long as the process that started it.
const leave = (): void => process.exit()
process.on('disconnect', leave)
if (!process.connected) process.exit()
const say = (report: Report): void => void process.send?.(report)

try {
  await start(JSON.parse(process.env.NODE_SETTINGS ?? '') as NodeSettings)
} catch (error) {
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
}

async function start({ framework, redisUrl, pepper }: NodeSettings): Promise<void> {
  // While Redis is away, fail at once instead of queueing: clients then get 503 and not a timeout.
  const redis = new Redis(redisUrl, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  let lastError: unknown
  redis.on('error', (error) => {
    lastError = error
  })
  await redis.connect().catch((error: unknown) => Promise.reject(lastError ?? error))

  const keyring = createNodeKeyring(redis, pepper)
  await keyring.ready()
  const keys = keyring.as(systemActor('acme'))
  process.on('message', (order: Order) => void carryOut(keys, order).then(say))

  const server = createServer(framework === 'koa' ? koaApp(keyring) : expressApp(keyring)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.once('SIGTERM', () => void shutDown(server, keyring, redis))
  say({ type: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/status` })
}

/** Server, keyring, database: what is answered last is counted, too. Then nothing keeps the process alive. */
async function shutDown(server: Server, keyring: Pick<Keyring, 'close'>, redis: Redis): Promise<void> {
  await closeGracefully(server, keyring)
  redis.disconnect()
  process.off('disconnect', leave)
  process.disconnect()
}

async function carryOut(keys: KeyManager, order: Order): Promise<Report> {
  try {
    if (order.type === 'revoke') {
      await keys.revoke(order.id, { reason: 'The measurement is over.' })
      return { type: 'revoked', at: Date.now() }
    }
    const owner = { type: 'user', id: 'ada' } as const
    const created = await Promise.all(
      Array.from({ length: order.count }, (_, index) =>
        keys.create({ name: `Measured ${index + 1}`, environment: 'ci', owner }),
      ),
    )
    return { type: 'created', keys: created.map(({ key, token }) => ({ id: key.id, token })) }
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}
