import { gate, testClock } from '@claviger/testing'
import { expect, test } from 'vitest'
import { createWorkQueue } from '../../src/hashing/work-queue.ts'

const limits = { concurrency: 2, capacity: 3, waitMs: 5_000 }
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('S-31: at most two run, the next three wait, the rest is turned away', async () => {
  const queue = createWorkQueue(limits, testClock())
  const held = gate()
  const results = Array.from({ length: 8 }, (_, index) =>
    queue.run(async () => held.wait().then(() => index)).catch(String),
  )
  await settle()
  expect([queue.running, queue.waiting]).toEqual([2, 3])
  held.open()
  const settled = await Promise.all(results)
  expect(settled.slice(0, 5)).toEqual([0, 1, 2, 3, 4])
  expect(settled.slice(5).every((text) => String(text).startsWith('BusyError'))).toBe(true)
  expect([queue.running, queue.waiting]).toEqual([0, 0])
})

test('a slot passes straight to the next in line, so never more than two run', async () => {
  const queue = createWorkQueue({ ...limits, capacity: 1_000 }, testClock())
  let running = 0
  let most = 0
  const work = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await settle()
    running -= 1
    // Whoever finishes brings more work at once: it must queue behind those who wait.
    if (queue.waiting < 5) void queue.run(settle)
  }
  await Promise.all(Array.from({ length: 100 }, () => queue.run(work)))
  expect(most).toBe(2)
})

test('work that waited five seconds is turned away and never runs', async () => {
  const clock = testClock()
  const queue = createWorkQueue(limits, clock)
  const held = gate()
  let ran = false
  const running = [queue.run(() => held.wait()), queue.run(() => held.wait())]
  const late = expect(queue.run(async () => void (ran = true))).rejects.toMatchObject({ code: 'ERR_CLAVIGER_BUSY' })
  await clock.advanceAsync(5_000)
  await late
  held.open()
  await Promise.all(running)
  await settle()
  expect(ran).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('work that fails frees its slot', async () => {
  const queue = createWorkQueue({ concurrency: 1, capacity: 1, waitMs: 5_000 }, testClock())
  const failing = queue.run(async () => {
    throw new Error('broken')
  })
  const next = queue.run(async () => 'fine')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('fine')
  expect(queue.running).toBe(0)
})
