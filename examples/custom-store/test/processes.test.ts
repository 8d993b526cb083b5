import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { testKeyId } from '@claviger/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { jsonFileStore } from '../src/json-file-store.ts'
import { inserting, temporaryFile } from './file.ts'

test('of many changes made by several processes none is lost', async () => {
  const path = await temporaryFile()
  const stored = await Promise.all([0, 25, 50, 75].map((first) => commitAll(path, first, 25)))
  expect(stored.flat()).toHaveLength(100)

  const store = jsonFileStore(path)
  expect(await store.find(Array.from({ length: 100 }, (_, number) => testKeyId(number)))).toHaveProperty('size', 100)
  expect((await store.poll?.(null))?.head.epoch).toBe(100)
})

test('a process that is killed loses nothing it confirmed, and blocks no one', async () => {
  const path = await temporaryFile()
  const confirmed: number[] = []
  const kills = 6
  for (let kill = 0; kill < kills; kill += 1) confirmed.push(...(await commitUntilKilled(path, 1_000 * kill, 5 + kill)))

  const store = jsonFileStore(path)
  await store.ready?.()
  const found = await store.find(confirmed.map(testKeyId))
  expect([...found.keys()].sort()).toEqual(confirmed.map(testKeyId).sort())
  const { epoch = 0 } = (await store.poll?.(null))?.head ?? {}
  expect(epoch).toBeGreaterThanOrEqual(confirmed.length)
  expect(await store.commit(inserting())).toMatchObject({ ok: true, head: { epoch: epoch + 1 } })
})

test('a key outlives the server, and is refused once another process revoked it', async () => {
  const path = await temporaryFile()
  const first = await serve(path)
  const token = /Bearer (\w+)/.exec(first.said)?.[1] ?? ''
  expect(await statusFor(first.url, token)).toBe(200)
  await first.stop('SIGINT')

  const second = await serve(path)
  expect(second.said).not.toContain('Bearer')
  expect(await statusFor(second.url, token)).toBe(200)
  expect(await statusFor(second.url)).toBe(401)

  const revoking = run('main', '--file', path, '--revoke')
  expect(await once(revoking, 'exit')).toEqual([0, null])
  await vi.waitUntil(async () => (await statusFor(second.url, token)) === 401, { timeout: 10_000, interval: 50 })
  await second.stop()
})

function run(program: 'main' | 'committer', ...args: readonly string[]): ChildProcess {
  const file = program === 'main' ? '../dist/main.js' : './committer.mjs'
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The lines a process says, until it ends. */
async function* linesOf({ stdout }: ChildProcess): AsyncGenerator<string> {
  if (stdout !== null) yield* createInterface({ input: stdout })
}

async function commitAll(path: string, first: number, count: number): Promise<number[]> {
  const confirmed: number[] = []
  for await (const line of linesOf(run('committer', path, `${first}`, `${count}`))) confirmed.push(Number(line))
  return confirmed
}

/** Kills a process as soon as it has stored some keys, in the middle of storing the next. */
async function commitUntilKilled(path: string, first: number, enough: number): Promise<number[]> {
  const child = run('committer', path, `${first}`, '1000')
  const exited = once(child, 'exit')
  const confirmed: number[] = []
  for await (const line of linesOf(child)) {
    confirmed.push(Number(line))
    if (confirmed.length === enough) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
  return confirmed
}

interface Served {
  /** Everything it said on its way up. */
  readonly said: string
  readonly url: string
  stop(signal?: NodeJS.Signals): Promise<void>
}

async function serve(path: string): Promise<Served> {
  const child = run('main', '--file', path, '--port', '0')
  let said = ''
  for await (const line of linesOf(child)) {
    said += `${line}\n`
    // The last line of what it says.
    if (line.startsWith('Note: Without services')) break
  }
  return {
    said,
    url: /http:\S+status/.exec(said)?.[0] ?? '',
    async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGTERM') {
      const exited = once(child, 'exit')
      child.kill(signal)
      expect(await exited).toEqual([0, null])
    },
  }
}

async function statusFor(url: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (await fetch(url, { headers })).status
}
