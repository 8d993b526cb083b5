import type { KeyManager } from '@claviger/core'
import { type FaultProxy, faultProxy, serverOrSkip } from '@claviger/test-servers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { StoreSetUp } from '../src/protocol.ts'
import { databases } from './databases.ts'
import { type Defence, defence, type Scene } from './defence.ts'
import { sqliteFile } from './sqlite-file.ts'
import { startWriter, type Writer } from './writer.ts'

/*
 * A withdrawal wins against a process that writes the same record in a loop: far from the database, against loops in
 * another process next to it. `FAULT_LAB_CONTENTION` says how often for each distance and number of loops (default 2; the
 * published figures are from 20).
 */
const repeats = Number(process.env.FAULT_LAB_CONTENTION ?? 2)
const distancesMs = [1, 5, 20]
const loops = [1, 4, 8]

type Keys = KeyManager

/** A way to weaken a key, and whether it is its account that the others write. */
interface Kind {
  readonly title: string
  readonly weaken: (keys: Keys, scene: Scene) => Promise<unknown>
  readonly isOfAccount?: boolean
  readonly isRotating?: boolean
}

const kinds: readonly Kind[] = [
  { title: 'disable', weaken: (keys, { id }) => keys.disable(id) },
  { title: 'update to fewer permissions', weaken: (keys, { id }) => keys.update(id, { permissions: [] }) },
  { title: 'rotation without an overlap', weaken: (keys, { id }) => keys.rotate(id, { overlap: 0 }) },
  { title: 'endOverlap', weaken: (keys, { id }) => keys.endOverlap(id), isRotating: true },
  {
    title: 'deletion of a service account',
    weaken: (keys, { accountId }) => keys.serviceAccounts.delete(accountId),
    isOfAccount: true,
  },
  {
    title: 'update of a service account to fewer permissions',
    weaken: (keys, { accountId }) => keys.serviceAccounts.update(accountId, { permissions: [] }),
    isOfAccount: true,
  },
]

/** Weakens under attack. Gives how long it took, and how often the others had written meanwhile. */
async function underAttack(
  writer: Writer,
  scene: Scene,
  writers: number,
  isOfAccount: boolean,
  weaken: () => Promise<unknown>,
): Promise<{ readonly ms: number; readonly written: number; readonly error: unknown }> {
  await writer.write({ id: scene.id, ...(isOfAccount && { account: scene.accountId }) }, writers)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const from = performance.now()
  const error = await weaken().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const ms = performance.now() - from
  return { ms, written: await writer.pause(), error }
}

function contention(
  name: string,
  places: () => { near: StoreSetUp; far: StoreSetUp; proxy: FaultProxy | undefined },
): void {
  let writer: Writer
  let defender: Defence
  beforeAll(async () => {
    const { near, far } = places()
    writer = await startWriter(near)
    defender = defence(far)
    await defender.keyring.ready()
  })
  afterEach(async () => {
    await places().proxy?.pass()
  })
  afterAll(async () => {
    await writer?.close()
    await defender?.close()
  })

  const at = async (delayMs: number): Promise<void> => {
    const { proxy } = places()
    await (delayMs === 0 ? proxy?.pass() : proxy?.delay(delayMs))
  }
  const report = (line: string): void => void process.stdout.write(`${name}: ${line}\n`)

  test('no revocation loses to others who write the key in a loop', async () => {
    const lost: unknown[] = []
    for (const delayMs of name === 'SQLite' ? [0] : distancesMs) {
      for (const writers of loops) {
        const times: number[] = []
        let written = 0
        for (let round = 0; round < repeats * (name === 'SQLite' ? distancesMs.length : 1); round += 1) {
          await at(0)
          const scene = await defender.scene()
          await at(delayMs)
          const outcome = await underAttack(writer, scene, writers, false, () => defender.keys.revoke(scene.id))
          times.push(outcome.ms)
          written += outcome.written
          if (outcome.error !== undefined) lost.push(outcome.error)
          expect(await defender.keyring.verify(scene.token)).toMatchObject({ ok: false, code: 'key_revoked' })
        }
        const slowest = Math.max(...times).toFixed(0)
        report(`revoke, ${delayMs} ms each way, ${writers} loops: slowest ${slowest} ms, ${written} writes against it`)
        expect(written).toBeGreaterThan(0)
      }
    }
    expect(lost).toEqual([])
  })

  test.each(kinds)('no $title loses either', async ({ weaken, isOfAccount = false, isRotating = false }) => {
    const lost: unknown[] = []
    for (const writers of loops) {
      for (let round = 0; round < repeats; round += 1) {
        await at(0)
        const scene = await defender.scene(isRotating)
        await at(5)
        const outcome = await underAttack(writer, scene, writers, isOfAccount, () => weaken(defender.keys, scene))
        if (outcome.error !== undefined) lost.push(outcome.error)
        const context = { permission: 'lab:use' }
        expect(await defender.keyring.verify(scene.token, context)).toMatchObject({ ok: false })
      }
    }
    expect(lost).toEqual([])
  })
}

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`on ${database.name}`, () => {
    let proxy: FaultProxy | undefined
    beforeAll(async () => {
      const { url, port } = suite.server()
      await database.prepare(url)
      proxy = await faultProxy({ port, url })
    })
    afterAll(() => proxy?.close())
    contention(database.name, () => {
      const { url } = suite.server()
      return { near: { kind: database.kind, url }, far: { kind: database.kind, url: proxy?.url ?? url }, proxy }
    })
  })
}

describe('on SQLite', async () => {
  const file = await sqliteFile()
  afterAll(() => file.stop())
  const place = { kind: 'sqlite', url: file.url } as const
  contention('SQLite', () => ({ near: place, far: place, proxy: undefined }))
})
