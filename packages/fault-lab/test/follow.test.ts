import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Activity } from '@claviger/core/store'
import { serverOrSkip } from '@claviger/test-servers'
import { expect, test } from 'vitest'
import type { FollowSetUp, StoreSetUp } from '../src/protocol.ts'
import { openStore } from '../src/stores.ts'
import { databases } from './databases.ts'
import { delay } from './worker.ts'

/*
 * Three processes follow one log under one name, and one of them is killed again and again while two others write lines,
 * several changes at once: every line arrives, at least once. `FAULT_LAB_LINES` says how many (default 1 500).
 */
const lines = Number(process.env.FAULT_LAB_LINES ?? 1_500)
const perCommit = 5
const killEvery = 300
const writers = 4
const leaseMs = 1_000
const program = fileURLToPath(new URL('../dist/follow-worker.js', import.meta.url))

interface Got {
  readonly id: string
  readonly position: number
}

async function startFollower(setUp: FollowSetUp, got: (line: Got, from: ChildProcess) => void): Promise<ChildProcess> {
  const env = { ...process.env, CLAVIGER_LAB_FOLLOWER: JSON.stringify(setUp) }
  const child = fork(program, { execArgv: [], env })
  await once(child, 'message')
  child.on('message', (line: Got) => got(line, child))
  return child
}

/** Kills a process at once, in the middle of its work. */
async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const idOf = (index: number): string => `line_${String(index).padStart(8, '0')}`

function lineOf(index: number): Activity {
  return {
    id: idOf(index),
    workspaceId: `ws_${index % 7}`,
    at: Date.now(),
    actor: { type: 'system', id: 'lab' },
    action: 'key.created',
    target: { type: 'key', id: 'key0000000000000' },
    before: null,
    after: null,
    origin: null,
  }
}

for (const database of databases) {
  const suite = await serverOrSkip(database.name, database.start)

  suite.describe(`three followers of one name on ${database.name}`, () => {
    test('lose no line, though one of them is killed again and again', { timeout: 240_000 }, async () => {
      const place: StoreSetUp = { kind: database.kind, url: suite.server().url }
      await database.prepare(place.url)
      const setUp: FollowSetUp = { store: place, name: 'audit', pollMs: 20, leaseMs, batchSize: 20 }
      // How often each line came, and under which number; which process handed over the last one.
      const seen = new Map<string, number>()
      const positions = new Map<string, number>()
      const latest = new Map<ChildProcess, number>()
      const outOfOrder: string[] = []
      let working: ChildProcess | undefined
      const take = ({ id, position }: Got, from: ChildProcess): void => {
        const before = latest.get(from)
        if (working === from && before !== undefined && position > before + 1) outOfOrder.push(`${id} behind ${before}`)
        if (positions.get(id) !== undefined && positions.get(id) !== position) outOfOrder.push(`${id} has two numbers`)
        seen.set(id, (seen.get(id) ?? 0) + 1)
        positions.set(id, position)
        latest.set(from, position)
        working = from
      }
      const followers = await Promise.all([1, 2, 3].map(() => startFollower(setUp, take)))
      const stores = [openStore(place), openStore(place)] as const
      await Promise.all(stores.map(async ({ store }) => store.ready?.()))
      const kills = { all: 0, working: 0 }
      /** Every second time the one that hands over lines, in the middle of it; else any. */
      const killOne = async (): Promise<void> => {
        const busy = followers.findIndex((follower) => follower === working)
        const victim = kills.all % 2 === 0 && busy !== -1 ? busy : Math.floor(Math.random() * followers.length)
        kills.all += 1
        if (victim === busy) kills.working += 1
        await kill(followers[victim] as ChildProcess)
        followers[victim] = await startFollower(setUp, take)
      }
      let killing = Promise.resolve()
      let next = 0
      const write = async (writer: number): Promise<void> => {
        while (next < lines) {
          const first = next
          next += perCommit
          const activity = Array.from({ length: Math.min(perCommit, lines - first) }, (_, index) =>
            lineOf(first + index),
          )
          const nonce = `follow-${first}`
          const silent = first % 3 === 0
          const change = { writes: [], activity, announcements: [], nonce, at: Date.now(), silent }
          await stores[(writer % stores.length) as 0 | 1].store.commit(change)
          if (first % killEvery !== killEvery - perCommit) continue
          killing = killing.then(killOne)
          await killing
        }
      }
      try {
        await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
        const deadline = performance.now() + 60_000
        while (seen.size < lines && performance.now() < deadline) await delay(50)
        const missing = Array.from({ length: lines }, (_, index) => idOf(index)).filter((id) => !seen.has(id))
        expect(missing).toEqual([])
        expect(outOfOrder).toEqual([])
        // Every number has one line: none is left out, and none is given twice.
        const numbers = [...positions.values()].toSorted((a, b) => a - b)
        expect(numbers).toEqual(Array.from({ length: lines }, (_, index) => index + 1))
        const again = [...seen.values()].reduce((sum, times) => sum + times - 1, 0)
        process.stdout.write(
          `${database.name}: ${lines} lines followed, ${kills.all} processes killed, ${kills.working} of them at work, ` +
            `${again} lines came again\n`,
        )
        expect(kills.working).toBeGreaterThan(0)
        // A process that dies repeats at most the batch that it was in the middle of.
        expect(again).toBeLessThanOrEqual(kills.all * setUp.batchSize)
      } finally {
        for (const follower of followers) follower.kill('SIGKILL')
        await Promise.all(stores.map(async ({ store }) => store.close?.()))
        await Promise.all(stores.map(({ close }) => close()))
      }
    })
  })
}
