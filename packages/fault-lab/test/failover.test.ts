import { channel } from 'node:diagnostics_channel'
import { createKeyring, definePermissions, hmacSha256, type Keyring, systemActor } from '@claviger/core'
import { redisStore } from '@claviger/store-redis'
import { faultProxy, serverOrSkip, startRedis } from '@claviger/test-servers'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { delay } from './worker.ts'

const redis = await serverOrSkip('Redis', startRedis)

redis.describe('a failover that loses a revocation and gains another change', () => {
  test('is noticed although the epoch is the same, and a process that saw the revocation keeps refusing', async () => {
    const { url, port } = redis.server()
    const proxy = await faultProxy({ port, url })
    const clients = [new Redis(url), new Redis(proxy.url, { commandTimeout: 1_000 }), new Redis(url)] as const
    const [direct, proxied, admin] = clients
    proxied.on('error', () => {})
    const [writer, watcher, successor] = [keyringOn(direct), keyringOn(proxied), keyringOn(direct)] as const
    const flushes: string[] = []
    const note = (message: unknown): void => void flushes.push((message as { readonly reason: string }).reason)

    const keys = writer.as(systemActor('lab'))
    const { key, token } = await keys.create(labKey)
    const witness = await keys.create(labKey)
    await watcher.ready()
    const before = await snapshot(admin)

    await keys.revoke(key.id)
    await delay(1_500)
    expect(await watcher.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    expect(await watcher.verify(witness.token)).toMatchObject({ ok: true })

    // From here on only the watcher follows the store: what is flushed is its.
    await writer.close()
    // The replica that takes over had not got the last change; a first new one takes its number.
    channel('claviger:flush').subscribe(note)
    await proxy.hold()
    await restore(admin, before)
    await successor.as(systemActor('lab')).create(labKey)
    await proxy.pass()
    await delay(3_000)
    channel('claviger:flush').unsubscribe(note)

    expect(flushes).toContain('gap')
    expect(await successor.verify(token)).toMatchObject({ ok: true })
    expect(await watcher.verify(token)).toMatchObject({ ok: false, code: 'key_revoked' })
    await Promise.all([watcher, successor].map((keyring) => keyring.close()))
    for (const client of clients) client.disconnect()
    await proxy.close()
  })
})

const labKey = { name: 'Lab', environment: 'ci', owner: { type: 'user', id: 'lab' } } as const

function keyringOn(client: Redis): Keyring {
  return createKeyring({
    prefix: 'lab',
    // Only what is polled counts here.
    store: redisStore(client, { subscriber: false }),
    permissions: definePermissions({ lab: ['use'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper for the lab, 32 characters' }),
  })
}

type Snapshot = readonly (readonly [name: string, value: Buffer])[]

async function snapshot(client: Redis): Promise<Snapshot> {
  const names = await client.keys('*')
  return Promise.all(names.map(async (name) => [name, (await client.dumpBuffer(name)) ?? Buffer.alloc(0)] as const))
}

async function restore(client: Redis, values: Snapshot): Promise<void> {
  const transaction = client.multi().flushall()
  for (const [name, value] of values) transaction.restore(name, 0, value)
  await transaction.exec()
}
