import { expect, test } from 'vitest'
import { createRounds } from '../../src/following/rounds.ts'

/** Rounds that end when the test says so. */
function rounds() {
  const open: { end(): void; fail(): void }[] = []
  const made = createRounds(
    () =>
      new Promise((resolve, reject) => {
        open.push({ end: resolve, fail: () => reject(new Error('failed')) })
      }),
  )
  return { ...made, open }
}

test('who joins shares the round under way', async () => {
  const { join, open } = rounds()
  const all = [join(), join(), join()]
  expect(open.length).toBe(1)
  open[0]?.end()
  await Promise.all(all)
  void join()
  expect(open.length).toBe(2)
})

test('who wants the next waits for the one under way, and for one that begins after it', async () => {
  const { join, next, open } = rounds()
  void join()
  const both = [next(), next()]
  expect(open.length).toBe(1)
  open[0]?.end()
  await Promise.resolve().then(() => Promise.resolve())
  await new Promise((resolve) => setImmediate(resolve))
  expect(open.length).toBe(2)
  open[1]?.end()
  await Promise.all(both)
})

test('a round that fails fails who joined it, and not who wanted the next', async () => {
  const { join, next, open } = rounds()
  const failing = join()
  const following = next()
  open[0]?.fail()
  await expect(failing).rejects.toThrow('failed')
  await new Promise((resolve) => setImmediate(resolve))
  open[1]?.end()
  await following
})

test('a failure that no one waits for ends nothing', async () => {
  const { join, next, open } = rounds()
  void join().catch(() => {})
  void next().catch(() => {})
  open[0]?.fail()
  await new Promise((resolve) => setImmediate(resolve))
  open[1]?.fail()
  await new Promise((resolve) => setImmediate(resolve))
  expect(open.length).toBe(2)
})
