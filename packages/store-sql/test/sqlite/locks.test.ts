import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '@claviger/core/store'
import { insertKey, testChange, testKeyId, testRecord } from '@claviger/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sqliteStore } from '../../src/index.ts'
import type { OpenSqlite } from '../support/sqlite-files.ts'
import { defaultDriver, sqliteFixture } from '../support/sqlite-store.ts'

const holdLock = fileURLToPath(new URL('../support/hold-lock.mjs', import.meta.url))

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

describe('ready', () => {
  test('turns on the write-ahead log of a file that has none, permanently', async () => {
    const { open, handle, store } = await sqliteFixture({ wal: false })
    expect(modeOf(handle)).not.toBe('wal')
    await store.ready()
    expect(modeOf(handle)).toBe('wal')
    expect(modeOf(open())).toBe('wal')
  })

  test('takes a database in memory as it is', async () => {
    const memory = defaultDriver().open(':memory:')
    onTestFinished(() => memory.close())
    const store = sqliteStore(memory.database)
    await store.migrate()
    await store.ready()
  })

  test('refuses a file that cannot have one', async () => {
    const { handle, store } = await sqliteFixture({ wal: false })
    const { database } = handle
    const stuck = sqliteStore({
      exec: (sql) => database.exec(sql),
      prepare: (sql) => database.prepare(sql.replace('journal_mode = wal', 'journal_mode = delete')),
    })
    await expect(stuck.ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      message: expect.stringContaining('write-ahead log'),
    })
    await store.ready()
  })
})

/** How a handle's file keeps its log. */
function modeOf(handle: OpenSqlite): unknown {
  const [row] = handle.run('pragma journal_mode') as readonly { readonly journal_mode: unknown }[]
  return row?.journal_mode
}

describe('while another process holds the write lock', () => {
  test.each([{ wal: true }, { wal: false }])(
    'a commit waits its turn without stopping this process: %o',
    async (mode) => {
      const { file, store } = await sqliteFixture({ ...mode, busyTimeoutMs: 30_000 })
      const lock = await lockedBy(file)
      let isDone = false
      const committing = store.commit(testChange({ writes: [insertKey(testRecord())] })).finally(() => {
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
    const error = await store
      .commit(testChange({ writes: [insertKey(testRecord())] }))
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error).toMatchObject({ dependency: 'store', cause: { code: 'SQLITE_BUSY' } })
    await lock.release()
    expect(await store.find([testRecord().id])).toEqual(new Map())
    expect(await store.commit(testChange({ writes: [insertKey(testRecord())] }))).toMatchObject({ ok: true })
  })
})

describe('two stores', () => {
  test('on one handle do not get into each other', async () => {
    const { handle, store } = await sqliteFixture()
    const other = sqliteStore(handle.database)
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 === 0 ? store : other).commit(
          testChange({ writes: [insertKey(testRecord({ id: testKeyId(index) }))] }),
        ),
      ),
    )
    expect(results.every(({ ok }) => ok)).toBe(true)
    expect((await store.poll(null)).head.epoch).toBe(40)
  })

  test('with prefixes of their own share nothing', async () => {
    const { handle, store } = await sqliteFixture()
    const other = sqliteStore(handle.database, { tablePrefix: 'Other_' })
    await other.migrate()
    await store.commit(testChange({ writes: [insertKey(testRecord())] }))
    expect(await other.find([testRecord().id])).toEqual(new Map())
    expect((await other.poll(null)).head).not.toEqual((await store.poll(null)).head)
    await other.commit(testChange({ writes: [insertKey(testRecord({ name: 'Other' }))] }))
    expect((await store.find([testRecord().id])).get(testRecord().id)).toMatchObject({ name: 'Production' })
  })
})
