import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Verification } from '../../src/index.ts'
import { partOf } from '../support/property-runs.ts'
import { setUp } from '../support/set-up.ts'

/*
 * Two processes, four keys, random steps in random order; every store call waits a random number of turns before and
 * after it is carried out, so that reads, commits, polls and bus messages overtake each other in every way they can.
 */
type Step =
  | { readonly type: 'verify'; readonly process: 0 | 1; readonly key: number }
  | { readonly type: 'revoke'; readonly process: 0 | 1; readonly key: number }
  | { readonly type: 'tick'; readonly ms: number }

const process = fc.constantFrom(0 as const, 1 as const)
const key = fc.integer({ min: 0, max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('verify' as const), process, key }), weight: 6 },
  { arbitrary: fc.record({ type: fc.constant('revoke' as const), process, key }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant('tick' as const), ms: fc.constantFrom(1, 300, 1_100) }), weight: 2 },
)

const turns = (count: number): Promise<void> =>
  count === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(() => resolve(turns(count - 1))))

test('whatever overtakes whatever, no revoked key is accepted late, cached or brought back', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 40 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 10, max: 40 })), {
        minLength: 5,
        maxLength: 20,
      }),
      async (script, delays) => {
        steps += script.length
        await play(script, delays)
      },
    ),
    { numRuns: partOf(600), seed: 20_261_123 },
  )
  expect(steps).toBeGreaterThan(partOf(10_000))
}, 120_000)

async function play(script: readonly Step[], delays: readonly number[]): Promise<void> {
  const clock = testClock()
  const database = memoryStore()
  const processes = [
    setUp({ on: database.connect(), at: clock, seed: 1 }),
    setUp({ on: database.connect(), at: clock, seed: 2 }),
  ]
  const keys = await Promise.all([0, 1, 2, 3].map(async () => processes[0]?.create()))
  await processes[1]?.keyring.ready()

  let turn = 0
  const delay = (): Promise<void> => turns(delays[turn++ % delays.length] ?? 0)
  for (const { store } of processes) {
    for (const method of ['find', 'commit', 'poll'] as const) {
      store.before(method, delay)
      store.after(method, delay)
    }
  }

  const revokedHere = [new Set<number>(), new Set<number>()]
  const heardEverywhere = new Set<number>()
  const revoked = new Set<number>()
  const running: Promise<unknown>[] = []

  for (const each of script) {
    if (each.type === 'tick') {
      await clock.advanceAsync(each.ms)
      continue
    }
    const { keyring, keys: manager } = processes[each.process] as (typeof processes)[number]
    const { key, token } = keys[each.key] as NonNullable<(typeof keys)[number]>
    if (each.type === 'revoke') {
      // The bus of this world is healthy: a few turns later the other process has learned about it.
      const durable = async (): Promise<void> => {
        revoked.add(each.key)
        revokedHere[each.process]?.add(each.key)
        await turns(3)
        heardEverywhere.add(each.key)
      }
      // Held up for too long, a revocation is denied here at once and made durable by a retry.
      const notDurable = (error: unknown): void => {
        expect(error).toMatchObject({ code: 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE' })
        revoked.add(each.key)
      }
      running.push(manager.revoke(key.id).then(durable, notDurable))
    } else {
      const mustRefuse = revokedHere[each.process]?.has(each.key) === true || heardEverywhere.has(each.key)
      const judge = (verification: Verification): void => {
        if (mustRefuse) expect(verification).toMatchObject({ ok: false, code: 'key_revoked' })
      }
      const unavailable = (error: unknown): void => expect(error).toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
      running.push(keyring.verify(token).then(judge, unavailable))
    }
    if (delays[0] === 0) await turns(1)
  }

  for (const { store } of processes) {
    for (const method of ['find', 'commit', 'poll'] as const) {
      store.before(method, undefined)
      store.after(method, undefined)
    }
  }
  await turns(50)
  await clock.advanceAsync(5_000)
  await Promise.all(running)
  for (const { keyring } of processes) {
    for (const [index, created] of keys.entries()) {
      const expected = revoked.has(index) ? { ok: false, code: 'key_revoked' } : { ok: true }
      expect(await keyring.verify(created?.token)).toMatchObject(expected)
    }
    await keyring.close()
  }
}
