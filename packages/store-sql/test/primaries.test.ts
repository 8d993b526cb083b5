import { writeFile } from 'node:fs/promises'
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { serverOrSkip, startMariadb, startPostgres } from '@claviger/test-servers'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { createPool } from 'mysql2'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { mysqlStore, postgresStore, type SqlStore } from '../src/index.ts'
import { postgresClient } from './support/postgres.ts'
import { until } from './support/until.ts'

const postgres = await serverOrSkip('PostgreSQL', startPostgres)
const mariadb = await serverOrSkip('MariaDB', startMariadb)
const record = testRecord()

postgres.describe('a standby', () => {
  test('answers reads and no poll, and does again when it was promoted', async () => {
    const client = postgresClient(postgres.server().url)
    onTestFinished(() => client.end())
    const store = client.store()
    await store.migrate()
    await store.commit(testChange({ writes: [insertKey(record)] }))
    const { head } = await store.poll(null)
    const [{ directory }] = (await client.run(`select current_setting('data_directory') as directory`)) as [
      { readonly directory: string },
    ]
    await writeFile(join(directory, 'standby.signal'), '')
    await postgres.server().restart()
    await until(async () => (await store.find([record.id]).catch(() => new Map())).size === 1)
    await expect(store.poll(head)).rejects.toThrow(/takes no changes \(a standby\)/)
    await expect(store.ready()).rejects.toThrow()
    await client.run('select pg_promote()')
    await until(async () =>
      store.poll(head).then(
        () => true,
        () => false,
      ),
    )
    expect(await store.poll(head)).toEqual({ head, changes: [] })
  })
})

/** A network whose open connections, and those being made, can be made to swallow everything while new ones work. */
async function network(port: number): Promise<{ readonly port: number; swallow(): void; dead(isDead: boolean): void }> {
  const open = new Set<Socket>()
  const state = { isDead: false }
  const server = createServer((client) => {
    client.on('error', () => {})
    if (state.isDead) return
    const upstream = connectTo(port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {})
      from.on('data', (bytes) => open.has(client) && to.write(bytes))
      from.on('close', () => open.has(client) && to.destroy())
    }
    open.add(client)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => open.clear(),
    dead(isDead) {
      state.isDead = isDead
    },
  }
}

/** How long after now the store can be polled and written to, while others keep asking. */
async function recovery(store: SqlStore): Promise<number> {
  const from = performance.now()
  await until(async () =>
    store.poll(null).then(
      () => true,
      () => false,
    ),
  )
  await until(async () =>
    store.commit(testChange()).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return performance.now() - from
}

const pools = [
  [
    'PostgreSQL',
    postgres,
    (port: number) => {
      const pool = new pg.Pool({ connectionString: postgres.server().url.replace(/:\d+\//, `:${port}/`) })
      pool.on('error', () => {})
      onTestFinished(() => void pool.end().catch(() => {}))
      return postgresStore(pool, { tablePrefix: 'silent_' })
    },
  ],
  [
    'MariaDB',
    mariadb,
    (port: number) => {
      const pool = createPool({ uri: mariadb.server().url.replace(/:\d+\//, `:${port}/`) })
      onTestFinished(() => pool.end(() => {}))
      return mysqlStore(pool, { tablePrefix: 'silent_' })
    },
  ],
] as const

for (const [name, suite, open] of pools) {
  suite.describe(`a pool of ${name} with its default options`, () => {
    test('is free of silent connections two seconds after the server can be reached again, however many there were', async () => {
      const net = await network(suite.server().port)
      const store = open(net.port)
      await store.migrate()
      await store.commit(testChange({ writes: [insertKey(record)] }))
      // As many idle connections as there may be.
      await Promise.all(Array.from({ length: 10 }, () => store.find([record.id])))
      net.swallow()
      net.dead(true)
      const state = { isRunning: true }
      const asking = Array.from({ length: 20 }, async () => {
        while (state.isRunning) await store.find([record.id]).catch(() => {})
      })
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      net.dead(false)
      const tookMs = await recovery(store)
      state.isRunning = false
      await Promise.all(asking)
      process.stdout.write(`${name}, silent: correct after ${Math.round(tookMs)} ms\n`)
      expect(tookMs).toBeLessThan(4_000)
    }, 60_000)
  })
}
