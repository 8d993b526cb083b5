import { spawnSync } from 'node:child_process'
import { readlink, symlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { withLock } from '../src/lock.ts'
import { temporaryFile } from './file.ts'

/** Who held a lock and is gone. */
function deadHolder(): string {
  return `${hostname()}:${spawnSync(process.execPath, ['-e', '']).pid}`
}

/** Runs bodies under one lock, and says how many of them ran at the same time. */
async function crowd(path: string, size: number): Promise<number> {
  let inside = 0
  let most = 0
  const enter = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await readlink(`${path}.lock`)
    inside -= 1
  }
  await Promise.all(Array.from({ length: size }, () => withLock(path, enter)))
  return most
}

test('bodies run one at a time', async () => {
  expect(await crowd(await temporaryFile(), 20)).toBe(1)
})

test('who comes while the lock is held waits until it is free', async () => {
  const path = await temporaryFile()
  const order: string[] = []
  let second: Promise<unknown> | undefined
  await withLock(path, async () => {
    second = withLock(path, async () => order.push('second'))
    for (let turn = 0; turn < 50; turn += 1) await readlink(`${path}.lock`)
    order.push('first')
  })
  await second
  expect(order).toEqual(['first', 'second'])
})

test('a body that fails frees the lock', async () => {
  const path = await temporaryFile()
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await withLock(path, async () => 'free')).toBe('free')
})

test('a lock left by a process that ended is removed, and bodies still run one at a time', async () => {
  const path = await temporaryFile()
  await symlink(deadHolder(), `${path}.lock`)
  expect(await crowd(path, 20)).toBe(1)
})

// A process that removes an abandoned lock later than another one may remove the lock that the other took.
test('an abandoned lock is removed only by the holder of the removal lock', async () => {
  const path = await temporaryFile()
  const holder = deadHolder()
  await symlink(holder, `${path}.lock`)
  let waiting: Promise<void> | undefined
  await withLock(`${path}.lock`, async () => {
    waiting = withLock(path, async () => {})
    for (let turn = 0; turn < 50; turn += 1) expect(await readlink(`${path}.lock`)).toBe(holder)
  })
  await waiting
})

test('a lock is removed even when a process ended while it removed one', async () => {
  const path = await temporaryFile()
  await symlink(deadHolder(), `${path}.lock`)
  await symlink(deadHolder(), `${path}.lock.lock`)
  expect(await crowd(path, 20)).toBe(1)
})

test.each([
  ['of a running process', `${hostname()}:${process.ppid}`],
  ['of another machine', `not-${hostname()}:1`],
  ['that says nothing', 'x'],
])('a lock %s is left alone: the call rejects and says what to do', async (_, holder) => {
  const path = await temporaryFile()
  await symlink(holder, `${path}.lock`)
  await expect(withLock(path, async () => {}, 20)).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_UNAVAILABLE',
    message: `${path}.lock is taken. If no process uses the file, delete the lock.`,
  })
  expect(await readlink(`${path}.lock`)).toBe(holder)
})
