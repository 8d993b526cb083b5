import { readlink, rm, symlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '@claviger/core/store'

/** Runs `body` while no other process of this machine runs one for the same file. */
export async function withLock<Result>(path: string, body: () => Promise<Result>, patienceMs = 5_000): Promise<Result> {
  const lock = `${path}.lock`
  await acquire(lock, patienceMs)
  try {
    return await body()
  } finally {
    await rm(lock, { force: true })
  }
}

async function acquire(lock: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await claim(lock))) {
    if (await isAbandoned(lock)) await removeAbandoned(lock)
    else if (performance.now() < deadline) await pause(5)
    else throw new UnavailableError('store', `${lock} is taken. If no process uses the file, delete the lock.`)
  }
}

/** A symbolic link, created atomically with its text: the holder of the lock. */
async function claim(lock: string): Promise<boolean> {
  try {
    await symlink(`${hostname()}:${process.pid}`, lock)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Under a lock of its own: of two processes that see the same abandoned lock, the later would remove the earlier's. */
async function removeAbandoned(lock: string): Promise<void> {
  await withLock(lock, async () => {
    if (await isAbandoned(lock)) await rm(lock)
  })
}

/** Whether the holder was a process of this machine that has ended. Of other machines nothing is known. */
async function isAbandoned(lock: string): Promise<boolean> {
  const [host, pid] = (await readlink(lock).catch(() => '')).split(':')
  if (host !== hostname()) return false
  try {
    return !process.kill(Number(pid), 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
