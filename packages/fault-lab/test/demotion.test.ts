import { serverOrSkip } from '@claviger/test-servers'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databases } from './databases.ts'
import { watch } from './measure.ts'
import { startThree, type ThreeProcesses } from './three-processes.ts'
import { delay } from './worker.ts'

/*
 * A primary that was demoted goes on to answer reads. Three real processes may believe it for five seconds, and must find
 * it within two when it is the primary again.
 */
const patience = process.env.FAULT_LAB_REVOCATIONS === undefined ? 3 : 1

type Command = (url: string, isDemoted: boolean) => Promise<void>

const commands: Readonly<Record<string, Command>> = {
  async redis(url, isDemoted) {
    const client = new Redis(url)
    await client.call('REPLICAOF', ...(isDemoted ? ['127.0.0.1', '1'] : ['NO', 'ONE']))
    client.disconnect()
  },
  async postgres(url, isDemoted) {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`alter system set default_transaction_read_only = ${isDemoted ? 'on' : 'off'}`)
    await client.query('select pg_reload_conf()')
    await client.end()
  },
  async mariadb(url, isDemoted) {
    const connection = await createConnection(url)
    await connection.query(`set global read_only = ${isDemoted ? 1 : 0}`)
    await connection.end()
  },
}

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`a demoted primary, ${database.name}`, () => {
    let three: ThreeProcesses

    beforeAll(async () => {
      const { url } = suite.server()
      await database.prepare(url)
      three = await startThree({ kind: database.kind, url })
    })
    afterAll(() => three?.close())

    test('is believed for five seconds by every process, never makes a key wrong, and is found again in two', async () => {
      const demote = commands[database.kind]
      const [known] = await three.createKnown(1)
      const [cold] = await three.workers[0].create(1, 'user')
      if (demote === undefined || known === undefined || cold === undefined) throw new Error('Nothing to test')
      await delay(2_500)
      for (const worker of three.workers) await worker.get(known.token)
      const { url } = suite.server()
      await demote(url, true)
      const demotedAt = Date.now()
      const seen = await Promise.all(three.workers.map((worker) => watch(worker, known.token, demotedAt)))
      const coldStatus = (await three.workers[1].get(cold.token)).status
      await demote(url, false)
      const healedAt = Date.now()
      const recoveries = await Promise.all(
        three.workers.map(async (worker) => {
          while ((await worker.get(cold.token)).status !== 204) await delay(10)
          return Date.now() - healedAt
        }),
      )
      const lastAccepts = seen.map(({ lastAcceptMs }) => lastAcceptMs)
      process.stdout.write(
        `${database.name}, demoted: last accept after ${lastAccepts.join(', ')} ms; healed after ${recoveries.join(', ')} ms\n`,
      )
      for (const { statuses } of seen) expect(statuses).toEqual(new Set([204, 503]))
      expect(coldStatus).toBe(503)
      expect(Math.max(...lastAccepts)).toBeLessThanOrEqual(5_100)
      expect(Math.max(...recoveries)).toBeLessThanOrEqual(2_000 * patience)
    })
  })
}
