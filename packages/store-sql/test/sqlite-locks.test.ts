import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '@claviger/core/store'
import { testKeyId, testRecord } from '@claviger/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { change, insert } from './support/changes.ts'
import { sqliteFixture } from './support/sqlite-store.ts'

const holdLock = fileURLToPath(new URL('support/hold-lock.mjs', import.meta.url))

/** Another process that holds the write lock until it is told to let go. */
async function lockedBy(file: string): Promise<{ release(): Promise<void> }> {
  const child: ChildProcess = fork(holdLock, [file])
  onTestFinished(() => void child.kill())
  await once(child, 'message')
  return {
    async release() {
      child.send('release')
      await once(child, 'exit')
    },
  }
}

describe('S-55: while another process holds the write lock', () => {
  test.each([{ wal: true }, { wal: false }])(
    'a commit waits its turn without stopping this process: %o',
    async (mode) => {
      const { file, store } = await sqliteFixture({ ...mode, busyTimeoutMs: 30_000 })
      const lock = await lockedBy(file)
      let isDone = false
      const committing = store.commit(change({ writes: [insert(testRecord())] })).finally(() => {
        isDone = true
      })
      // Reads and other work go on meanwhile.
      expect(await store.find([testRecord().id])).toEqual(new Map())
      expect(isDone).toBe(false)
      await lock.release()
      expect(await committing).toMatchObject({ ok: true })
      expect(await store.find([testRecord().id])).toHaveProperty('size', 1)
    },
  )

  test('a commit gives up after busyTimeoutMs, and leaves nothing', async () => {
    const { file, store } = await sqliteFixture({ busyTimeoutMs: 0 })
    const lock = await lockedBy(file)
    const error = await store.commit(change({ writes: [insert(testRecord())] })).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ dependency: 'store', cause: { code: 'SQLITE_BUSY' } })
    await lock.release()
    expect(await store.find([testRecord().id])).toEqual(new Map())
    expect(await store.commit(change({ writes: [insert(testRecord())] }))).toMatchObject({ ok: true })
  })
})

describe('two stores', () => {
  test('on one handle do not get into each other', async () => {
    const { handle, store } = await sqliteFixture()
    const other = sqliteStore(handle.database)
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? store : other).commit(change({ writes: [insert(testRecord({ id: testKeyId(index) }))] })),
      ),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect((await store.poll(null)).head.epoch).toBe(40)
  })

  test('with prefixes of their own share nothing', async () => {
    const { handle, store } = await sqliteFixture()
    const other = sqliteStore(handle.database, { tablePrefix: 'Other_' })
    await other.migrate()
    await store.commit(change({ writes: [insert(testRecord())] }))
    expect(await other.find([testRecord().id])).toEqual(new Map())
    expect((await other.poll(null)).head).not.toEqual((await store.poll(null)).head)
    await other.commit(change({ writes: [insert(testRecord({ name: 'Other' }))] }))
    expect((await store.find([testRecord().id])).get(testRecord().id)).toMatchObject({ name: 'Production' })
  })
})
