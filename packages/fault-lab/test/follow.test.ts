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
 * Three processes follow one log under one name, and one of them is killed at random again and again while lines are
 * written: every line arrives, at least once. `FAULT_LAB_LINES` says how many (default 1 500).
 */
const lines = Number(process.env.FAULT_LAB_LINES ?? 1_500)
const perCommit = 5
const killEvery = 300
const leaseMs = 1_000
const program = fileURLToPath(new URL('../dist/follow-worker.js', import.meta.url))

interface Got {
  readonly id: string
  readonly position: number
}

async function startFollower(setUp: FollowSetUp, got: (line: Got) => void): Promise<ChildProcess> {
  const env = { ...process.env, CLAVIGER_LAB_FOLLOWER: JSON.stringify(setUp) }
  const child = fork(program, { execArgv: [], env })
  await once(child, 'message')
  child.on('message', got)
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
    test('lose no line, though one of them is killed at random again and again', { timeout: 240_000 }, async () => {
      const place: StoreSetUp = { kind: database.kind, url: suite.server().url }
      await database.prepare(place.url)
      const setUp: FollowSetUp = { store: place, name: 'audit', pollMs: 20, leaseMs, batchSize: 20 }
      const seen = new Map<string, number>()
      const positions: number[] = []
      const take = ({ id, position }: Got): void => {
        seen.set(id, (seen.get(id) ?? 0) + 1)
        positions.push(position)
      }
      const followers = await Promise.all([1, 2, 3].map(() => startFollower(setUp, take)))
      const { store, close } = openStore(place)
      await store.ready?.()
      let kills = 0
      try {
        for (let first = 0; first < lines; first += perCommit) {
          const activity = Array.from({ length: perCommit }, (_, index) => lineOf(first + index))
          await store.commit({
            writes: [],
            activity,
            announcements: [],
            nonce: `follow-${first}`,
            at: Date.now(),
            silent: false,
          })
          if (first % killEvery !== killEvery - perCommit) continue
          const victim = Math.floor(Math.random() * followers.length)
          await kill(followers[victim] as ChildProcess)
          followers[victim] = await startFollower(setUp, take)
          kills += 1
        }
        const deadline = performance.now() + 60_000
        while (seen.size < lines && performance.now() < deadline) await delay(50)
        const missing = Array.from({ length: lines }, (_, index) => idOf(index)).filter((id) => !seen.has(id))
        expect(missing).toEqual([])
        const again = positions.length - seen.size
        process.stdout.write(
          `${database.name}: ${lines} lines followed, ${kills} processes killed, ${again} lines came again\n`,
        )
        // A process that dies repeats at most the batch that it was in the middle of.
        expect(again).toBeLessThanOrEqual(kills * setUp.batchSize)
      } finally {
        for (const follower of followers) follower.kill('SIGKILL')
        await store.close?.()
        await close()
      }
    })
  })
}
