import { ConfigurationError, type KeyStore, UnavailableError, ValidationError } from '@claviger/core/store'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../src/index.ts'

describe('options', () => {
  test.each([-1, 1.5, Number.NaN, '10' as unknown as number])('refuses a changeLogLength of %s', (changeLogLength) => {
    expect(() => memoryStore({ changeLogLength })).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option: 'changeLogLength' }),
    )
  })

  test.each(['', 7 as unknown as string])('refuses a storeId of %j', (storeId) => {
    expect(() => memoryStore({ storeId })).toThrow(ConfigurationError)
  })

  test('refuses an option that does not exist, and says which is meant', () => {
    // @ts-expect-error misspelt
    expect(() => memoryStore({ changeLoglength: 10 })).toThrow(
      expect.objectContaining({
        code: 'ERR_CLAVIGER_CONFIGURATION',
        option: 'changeLoglength',
        message: expect.stringContaining(
          'memoryStore has no option "changeLoglength", did you mean "changeLogLength"?',
        ),
      }),
    )
  })

  test('reads no option from a prototype', async () => {
    Object.assign(Object.prototype, { changeLogLength: -1, storeId: '' })
    try {
      expect(() => memoryStore({})).not.toThrow()
    } finally {
      for (const name of ['changeLogLength', 'storeId']) Reflect.deleteProperty(Object.prototype, name)
    }
    expect(() => memoryStore(Object.create({ changeLogLength: 10 }) as object)).toThrow(/expects a plain object/)
  })

  test('keeps the given storeId, and makes another for every store without one', async () => {
    const headOf = async (store: KeyStore): Promise<unknown> => (await store.poll?.(null))?.head.storeId
    expect(await headOf(memoryStore({ storeId: 'mine' }))).toBe('mine')
    expect(await headOf(memoryStore())).not.toBe(await headOf(memoryStore()))
  })
})

describe('the bounded change log', () => {
  test('returns the last changes, and a gap to a caller that is further behind', async () => {
    const store = memoryStore({ changeLogLength: 2 })
    const { head: start } = await store.poll(null)
    await store.commit(testChange({ nonce: 'n1' }))
    const { head: first } = await store.poll(start)
    await store.commit(testChange({ nonce: 'n2' }))
    await store.commit(testChange({ nonce: 'n3' }))
    expect((await store.poll(start)).changes).toBe('gap')
    expect((await store.poll(first)).changes).toMatchObject([{ nonce: 'n2' }, { nonce: 'n3' }])
  })

  test('of length 0 tells only that nothing happened', async () => {
    const store = memoryStore({ changeLogLength: 0 })
    const { head: start } = await store.poll(null)
    expect((await store.poll(start)).changes).toEqual([])
    await store.commit(testChange())
    expect((await store.poll(start)).changes).toBe('gap')
  })
})

describe('commit', () => {
  test.each([
    ['a record that could not be read back', testRecord({ permissions: ['*'] }), 'writes[0].record.permissions[0]'],
    ['a key id of another form', testRecord({ id: 'short' }), 'writes[0].record.id'],
    ['a revision that does not follow', testRecord({ revision: 2 }), 'writes[0].record.revision'],
  ])('refuses %s and stores nothing', async (_, record, field) => {
    const store = memoryStore()
    const { head } = await store.poll(null)
    const rejected = await store.commit(testChange({ writes: [insertKey(record)] })).catch((error: unknown) => error)
    expect(rejected).toBeInstanceOf(ValidationError)
    expect(rejected).toMatchObject({ field })
    expect(await store.find([record.id])).toEqual(new Map())
    expect((await store.poll(head)).changes).toEqual([])
  })

  test('refuses a silent insert: revision 0 never appears in a store', async () => {
    const write = { type: 'key', record: testRecord(), expectedRevision: 0 } as const
    await expect(memoryStore().commit(testChange({ silent: true, writes: [write] }))).rejects.toThrow(ValidationError)
  })
})

describe('the bus', () => {
  test('survives a listener that throws, and so do the committer and the other listeners', async () => {
    const store = memoryStore()
    const heard: unknown[] = []
    const quiet = { down() {}, up() {} }
    await store.subscribe({
      ...quiet,
      message() {
        throw new Error('a mistake of the listener')
      },
    })
    await store.subscribe({ ...quiet, message: (message) => void heard.push(message) })
    await expect(store.commit(testChange({ nonce: 'n1' }))).resolves.toMatchObject({ ok: true })
    expect(heard).toMatchObject([{ epoch: 1, nonce: 'n1', announcements: [] }])
  })

  test('delivers nothing to a listener that was removed while the message was on its way', async () => {
    const store = memoryStore()
    const heard: unknown[] = []
    const subscription = await store.subscribe({ down() {}, up() {}, message: (message) => void heard.push(message) })
    const committed = store.commit(testChange())
    await Promise.all([subscription.close(), committed])
    expect(heard).toEqual([])
  })
})

describe('close', () => {
  test('makes every later call reject as unavailable, but may be repeated', async () => {
    const store = memoryStore()
    await store.ready()
    await store.close()
    await expect(store.close()).resolves.toBeUndefined()
    const calls: (() => Promise<unknown>)[] = [
      () => store.find([]),
      () => store.list({ workspaceId: 'w', at: 0, limit: 1 }),
      () => store.commit(testChange()),
      () => store.poll(null),
      () => store.subscribe({ message() {}, down() {}, up() {} }),
      () => store.addUsage({ instanceId: 'i', sequence: 1, entries: [] }),
      () => store.usage({ workspaceId: 'w', from: 0, to: 1, bucket: 'hour' }),
      () => store.activity({ workspaceId: 'w', limit: 1 }),
      () => store.services({ workspaceId: 'w', limit: 1 }),
      () => store.purge({}),
      () => store.ready(),
    ]
    for (const call of calls) {
      const error = await call().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error).toMatchObject({ dependency: 'store' })
    }
  })

  test('ends only the handle it is called on', async () => {
    const store = memoryStore()
    const other = store.connect()
    const heard: unknown[] = []
    await store.subscribe({ down() {}, up() {}, message: (message) => void heard.push(message) })
    await store.close()
    await other.commit(testChange({ writes: [insertKey(testRecord())] }))
    expect(await other.find([testRecord().id])).toHaveProperty('size', 1)
    expect(heard).toEqual([])
  })
})
