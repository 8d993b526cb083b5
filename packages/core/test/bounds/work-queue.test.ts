import { gate, testClock } from '@claviger/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createWorkQueue } from '../../src/bounds/work-queue.ts'

const limits = { works: 'hashes', concurrency: 2, capacity: { verify: 3, make: 2 }, waitMs: 5_000 }
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('at most two run, the next three wait, the rest is turned away', async () => {
  const queue = createWorkQueue(limits, testClock())
  const held = gate()
  const results = Array.from({ length: 8 }, (_, index) =>
    queue.run('verify', 'acme', async () => held.wait().then(() => index)).catch(String),
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
  const queue = createWorkQueue({ ...limits, capacity: { verify: 1_000 } }, testClock())
  let running = 0
  let most = 0
  const work = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await settle()
    running -= 1
    // A caller that finishes brings more work at once: it must queue behind those that wait.
    if (queue.waiting < 5) void queue.run('verify', 'acme', settle)
  }
  await Promise.all(Array.from({ length: 100 }, () => queue.run('verify', 'acme', work)))
  expect(most).toBe(2)
})

test('work that waited five seconds is turned away and never runs', async () => {
  const clock = testClock()
  const queue = createWorkQueue(limits, clock)
  const held = gate()
  let ran = false
  const running = [queue.run('verify', 'acme', () => held.wait()), queue.run('verify', 'acme', () => held.wait())]
  const late = expect(queue.run('verify', 'acme', async () => void (ran = true))).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_BUSY',
  })
  await clock.advanceAsync(5_000)
  await late
  held.open()
  await Promise.all(running)
  await settle()
  expect(ran).toBe(false)
  expect(clock.pending()).toBe(0)
})

test('work that fails frees its slot', async () => {
  const queue = createWorkQueue({ ...limits, concurrency: 1 }, testClock())
  const failing = queue.run('verify', 'acme', async () => {
    throw new Error('broken')
  })
  const next = queue.run('verify', 'acme', async () => 'fine')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toBe('fine')
  expect(queue.running).toBe(0)
})

describe('whose work runs first', () => {
  /** One piece of work runs until it is let go; what waits behind it writes down its name as it starts. */
  const held = (capacity: { verify: number; make: number } = limits.capacity) => {
    const queue = createWorkQueue({ ...limits, concurrency: 1, capacity }, testClock())
    const order: string[] = []
    const first = gate()
    const running = queue.run('verify', 'first', () => first.wait())
    const results: Promise<unknown>[] = []
    return {
      queue,
      line: (rank: 'verify' | 'make', tenant: string, name = `${rank} ${tenant}`) => {
        const result = queue.run(rank, tenant, async () => void order.push(name)).catch((error: Error) => error.message)
        results.push(result)
        return result
      },
      async finish() {
        first.open()
        await running
        await Promise.all(results)
        return order
      },
    }
  }

  test('verifications run before anything else that waits, however long that has waited', async () => {
    const { line, finish } = held()
    void line('make', 'acme')
    void line('make', 'globex')
    void line('verify', 'acme')
    void line('verify', 'globex')
    expect(await finish()).toEqual(['verify acme', 'verify globex', 'make acme', 'make globex'])
  })

  test('tenants take turns', async () => {
    const { line, finish } = held({ verify: 10, make: 0 })
    for (const name of ['a1', 'a2', 'a3', 'a4']) void line('verify', 'acme', name)
    for (const name of ['b1', 'b2']) void line('verify', 'globex', name)
    void line('verify', 'initech', 'c1')
    expect(await finish()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  test('each rank has places of its own', async () => {
    const { line, finish, queue } = held()
    for (let index = 0; index < 4; index += 1) void line('make', 'acme')
    for (let index = 0; index < 4; index += 1) void line('verify', 'acme')
    expect(queue.waiting).toBe(5)
    expect(await finish()).toEqual(['verify acme', 'verify acme', 'verify acme', 'make acme', 'make acme'])
  })

  test('a tenant alone may take every place, and gives the newest of them up to another', async () => {
    const { line, finish } = held()
    for (const name of ['a1', 'a2', 'a3']) void line('verify', 'acme', name)
    expect(await line('verify', 'acme', 'a4')).toContain('3 hashes are waiting already')
    void line('verify', 'globex', 'b1')
    expect(await finish()).toEqual(['a1', 'b1', 'a2'])
  })

  test('no one is pushed out for a tenant that would then have as much', async () => {
    const { line, finish } = held()
    void line('verify', 'acme', 'a1')
    void line('verify', 'acme', 'a2')
    void line('verify', 'globex', 'b1')
    expect(await line('verify', 'globex', 'b2')).toContain('waiting already')
    expect(await finish()).toEqual(['a1', 'b1', 'a2'])
  })

  test('any number of tenants and pieces: nothing runs twice or is lost, and no place is left empty while any is refused', async () => {
    const wish = fc.record({ rank: fc.constantFrom('verify' as const, 'make' as const), tenant: fc.nat({ max: 4 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { maxLength: 40 }), async (wishes) => {
        const { line, finish, queue } = held({ verify: 6, make: 3 })
        const answers = wishes.map(({ rank, tenant }, index) => line(rank, `t${tenant}`, `${rank} ${index}`))
        await settle()
        const asked = (rank: string): number => wishes.filter((each) => each.rank === rank).length
        expect(queue.waiting).toBe(Math.min(6, asked('verify')) + Math.min(3, asked('make')))
        const ran = await finish()
        const refused = (await Promise.all(answers)).filter((answer) => typeof answer === 'string')
        expect(new Set(ran).size).toBe(ran.length)
        expect(ran.length + refused.length).toBe(wishes.length)
        expect(queue.waiting).toBe(0)
      }),
      { seed: 3 },
    )
  })
})
