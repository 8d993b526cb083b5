import { serverOrSkip } from '@claviger/test-servers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { StoreSetUp } from '../src/protocol.ts'
import { openStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { type Defence, defence, type Scene } from './defence.ts'
import { sqliteFile } from './sqlite-file.ts'
import { delay } from './worker.ts'
import { startWriter, type Writer } from './writer.ts'

/*
 * A process that is suspended in the middle of a transaction (SIGSTOP, a paused virtual machine) holds up no one's
 * revocation for longer than the promise for a store that is down. `FAULT_LAB_FREEZES` says how often (default 3).
 */
const freezes = Number(process.env.FAULT_LAB_FREEZES ?? 3)
const promiseMs = 5_000
const patience = process.env.FAULT_LAB_FREEZES === undefined ? 2 : 1

/** Whether a commit that touches nothing but the head goes through at once. */
async function isFree(place: StoreSetUp): Promise<boolean> {
  const { store, close } = openStore(place)
  const change = { writes: [], activity: [], announcements: [], nonce: `probe-${Math.random()}`, at: 0, silent: false }
  const probe = store.commit(change).then(
    () => true,
    () => false,
  )
  const isDone = await Promise.race([probe, delay(300).then(() => false)])
  void probe.then(() => close()).catch(() => {})
  return isDone
}

/** Suspends a writer that is in the middle of something; gives whether it was. */
async function freeze(writer: Writer, scene: Scene, place: StoreSetUp): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await writer.write({ id: scene.id }, 8)
    await delay(40 + Math.random() * 20)
    writer.child.kill('SIGSTOP')
    if (place.kind === 'redis' || !(await isFree(place))) return true
    writer.child.kill('SIGCONT')
    await writer.pause()
  }
  return false
}

function frozenWriter(name: string, placeOf: () => StoreSetUp): void {
  let writer: Writer
  let [defender, bystander]: Defence[] = []
  beforeAll(async () => {
    writer = await startWriter(placeOf())
    defender = defence(placeOf())
    bystander = defence(placeOf())
    await Promise.all([defender.keyring.ready(), bystander.keyring.ready()])
  })
  afterEach(() => void writer.child.kill('SIGCONT'))
  afterAll(async () => {
    await writer?.close()
    await defender?.close()
    await bystander?.close()
  })

  test('a writer suspended in its transaction keeps no revocation from holding within the promise', async () => {
    for (let round = 0; round < freezes; round += 1) {
      const [own, other] = [await (defender as Defence).scene(), await (defender as Defence).scene()]
      for (const { token } of [own, other]) await bystander?.keyring.verify(token)
      const isHeld = await freeze(writer, own, placeOf())
      const from = performance.now()
      const answers = await Promise.all(
        [own, other].map(async ({ id }) => {
          try {
            await defender?.keys.revoke(id)
            return 'stored'
          } catch (error) {
            return (error as { readonly code: string }).code
          }
        }),
      )
      const answeredMs = performance.now() - from
      for (const answer of answers) expect(['stored', 'ERR_CLAVIGER_REVOCATION_NOT_DURABLE']).toContain(answer)
      for (const { token } of [own, other]) {
        const here = await defender?.keyring.verify(token).catch(() => undefined)
        expect(here?.ok).not.toBe(true)
      }
      // Refused as revoked, or not answered at all.
      const isAccepted = async (): Promise<boolean> => {
        const seen = await Promise.all(
          [own, other].map(async ({ token }) => bystander?.keyring.verify(token).catch(() => undefined)),
        )
        return seen.some((verification) => verification?.ok === true)
      }
      while ((await isAccepted()) && performance.now() - from < 30_000) await delay(20)
      const refusedMs = performance.now() - from
      writer.child.kill('SIGCONT')
      await writer.pause()
      while ((await bystander?.keys.get(own.id).catch(() => undefined))?.status !== 'revoked') await delay(50)
      process.stdout.write(
        `${name}, ${isHeld ? 'suspended in a transaction' : 'suspended between two'}: ${answers.join(', ')} after ` +
          `${answeredMs.toFixed(0)} ms; last accept elsewhere before ${refusedMs.toFixed(0)} ms\n`,
      )
      expect(refusedMs).toBeLessThanOrEqual((promiseMs + 1_000) * patience)
    }
  })
}

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`on ${database.name}`, () => {
    beforeAll(() => database.prepare(suite.server().url))
    frozenWriter(database.name, () => ({ kind: database.kind, url: suite.server().url }))
  })
}

describe('on SQLite', async () => {
  const file = await sqliteFile()
  afterAll(() => file.stop())
  frozenWriter('SQLite', () => ({ kind: 'sqlite', url: file.url }))
})
