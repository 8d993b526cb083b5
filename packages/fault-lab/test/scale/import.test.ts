import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createHash } from 'node:crypto'
import { createKeyring, definePermissions, hmacSha256, type ImportKeyInput, systemActor } from '@claviger/core'
import { serverOrSkip, startMariadb } from '@claviger/test-servers'
import { expect, test } from 'vitest'
import { openStore } from '../../src/stores.ts'
import { databases } from '../databases.ts'
import { isWanted } from './places.ts'
import { percentile } from '../measure.ts'

/*
 * A table of old keys moves in one run: in time that is the same for each thousand, in memory that does not grow, and
 * verification goes on beside it. `FAULT_LAB_SCALE=full` is 100 000 keys, the default a small part of it.
 * `FAULT_LAB_ON=redis` tries one store only.
 *
 * MariaDB gets memory for its indexes, as a server has it: a key is in 13 of them, at places that its id and owner decide. With the
 * 32 MB of the other tests, pages are read from the disk again: 7 000 for 1 000 keys when there are 40 000.
 */
const count = process.env.FAULT_LAB_SCALE === 'full' ? 100_000 : 2_000
const perCall = 1_000
const report = (line: string): void => void process.stdout.write(`${line}\n`)

function tokenOf(number: number): string {
  return `sk_live_${number.toString(16).padStart(32, '0')}`
}

function page(from: number): readonly ImportKeyInput<'prompts:read'>[] {
  return Array.from({ length: perCall }, (_, index) => ({
    tokenSha256: createHash('sha256')
      .update(tokenOf(from + index))
      .digest('hex'),
    name: `Key ${from + index}`,
    environment: 'production',
    permissions: ['prompts:read'],
    owner: { type: 'user', id: `user-${(from + index) % 500}` },
    hint: 'sk_live_',
    createdAt: 1_735_689_600_000 + from + index,
    lastUsedAt: 1_735_776_000_000 + from + index,
    metadata: { row: String(from + index) },
  }))
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is held, without what was left for the collector. */
function heapMb(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

for (const database of databases.filter(isWanted)) {
  const args = ['--innodb-buffer-pool-size=512M', '--innodb-log-file-size=256M']
  const start = database.kind === 'mariadb' ? () => startMariadb({ args }) : database.start
  const suite = await serverOrSkip(database.name, start)
  suite.describe(`${count} imported keys on ${database.name}`, () => {
    test('come in one run, again without a change, and verify meanwhile', async () => {
      const { url } = suite.server()
      await database.prepare(url)
      const open = openStore({ kind: database.kind, url })
      const keyring = createKeyring({
        prefix: 'acme',
        store: open.store,
        permissions: definePermissions({ prompts: ['read'] }),
        resolveOwner: () => ['*:*'],
        hasher: hmacSha256({ pepper: 'only for tests: 32 characters...' }),
        importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ },
        recordAgeMs: 100,
      })
      try {
        await keyring.ready()
        const keys = keyring.as(systemActor('ws_import'))
        const times: number[] = []
        const heaps: number[] = []
        const waits: number[] = []
        const progress = { isDone: false }
        await keys.import(page(0))
        const verifying = (async () => {
          while (!progress.isDone) {
            const startedAt = performance.now()
            expect(await keyring.verify(tokenOf(waits.length % perCall))).toMatchObject({ ok: true })
            waits.push(performance.now() - startedAt)
            await new Promise((resolve) => setTimeout(resolve, 5))
          }
        })()
        const startedAt = performance.now()
        for (let from = 0; from < count; from += perCall) {
          const callAt = performance.now()
          const { imported, present, failed } = await keys.import(page(from))
          times.push(performance.now() - callAt)
          expect([imported + present, failed]).toEqual([perCall, 0])
          if (from % (count / 10) === 0) {
            heaps.push(heapMb())
            report(`${database.name}: ${from + perCall} of ${count}, heap ${heaps.at(-1)?.toFixed(1)} MB`)
          }
        }
        const tookMs = performance.now() - startedAt
        progress.isDone = true
        await verifying
        const again = performance.now()
        const { present } = await keys.import(page(count - perCall))
        expect(present).toBe(perCall)
        const ordered = times.toSorted((a, b) => a - b)
        report(
          `${database.name}: ${count} keys in ${(tookMs / 1_000).toFixed(1)} s; 1 000 take ${percentile(ordered, 50).toFixed(0)} ms ` +
            `(p90 ${percentile(ordered, 90).toFixed(0)}), the first tenth ${meanOf(times.slice(1, Math.max(2, times.length / 10))).toFixed(0)}, ` +
            `the last ${meanOf(times.slice(-Math.max(1, times.length / 10))).toFixed(0)}; there already: ${(performance.now() - again).toFixed(0)} ms; ` +
            `verifying meanwhile p99 ${percentile(
              waits.toSorted((a, b) => a - b),
              99,
            ).toFixed(1)} ms`,
        )
        expect(Math.max(...heaps) - (heaps[0] ?? 0)).toBeLessThan(64)
        expect(await keyring.verify(tokenOf(count - 1))).toMatchObject({
          ok: true,
          apiKey: { name: `Key ${count - 1}` },
        })
      } finally {
        await keyring.close()
        await open.close()
      }
    }, 1_800_000)
  })
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
