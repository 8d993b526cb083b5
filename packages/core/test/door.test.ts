import { hash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { doorOf } from '../src/door.ts'
import { argon2id, ClosedError } from '../src/index.ts'
import { requestWith, stepsOf } from './http/keyring.ts'
import { doorTo } from './support/door.ts'
import { setUp } from './support/set-up.ts'

// The real function, with its calls seen.
vi.mock('node:crypto', async (original) => {
  const library = await original<typeof import('node:crypto')>()
  return { ...library, hash: vi.fn(library.hash) }
})

/** Every text that is digested meanwhile. */
async function digestedDuring(work: () => unknown): Promise<readonly string[]> {
  const seen = vi.mocked(hash)
  const before = seen.mock.calls.length
  await work()
  return seen.mock.calls.slice(before).map(([, data]) => (typeof data === 'string' ? data : ''))
}

describe('what came with a request is digested once', () => {
  const sent = ['Bearer ', 'bearer ', 'Bearer   '] as const

  test.each(sent)('when the key is in memory (%j)', async (scheme) => {
    const { create, keyring } = setUp()
    const { token } = await create()
    await doorTo(keyring).check('bearer', `Bearer ${token}`)
    const { decide } = stepsOf(keyring, { stripCredential: true }).authenticate()
    const digested = await digestedDuring(() => decide(requestWith(scheme + token), undefined))
    expect(digested).toEqual([expect.stringMatching(new RegExp(`Bearer ${token}$`))])
  })

  test.each(sent)('when it is not (%j): the rest compares tag and proof', async (scheme) => {
    const { create, keyring } = setUp({ hasher: argon2id() })
    const { token } = await create()
    const { decide } = stepsOf(keyring).authenticate()
    const digested = await digestedDuring(() => decide(requestWith(scheme + token), undefined))
    expect(digested.filter((text) => text.endsWith(`Bearer ${token}`))).toHaveLength(1)
    expect(digested).toHaveLength(3)
  })

  test('by a direct verification too', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    // Behind the process's key stands what it is digested for.
    const digested = await digestedDuring(() => keyring.verify(token))
    expect(digested.filter((text) => text.endsWith(`d${token}`))).toHaveLength(1)
    const again = await digestedDuring(() => keyring.verify(token, { permission: 'prompts:read' }))
    expect(again).toEqual([expect.stringMatching(new RegExp(`${token}$`))])
  })

  test('and not at all when it is too long to be a token', async () => {
    const { keyring } = setUp()
    for (const text of ['x'.repeat(200), 'x'.repeat(5_000_000)]) {
      expect(await digestedDuring(() => keyring.verify(text))).toEqual([])
      expect(await keyring.verify(text)).toEqual({ ok: false, code: 'malformed_key', hint: 'too_long' })
    }
  })
})

describe('the door', () => {
  test('belongs to a keyring, and to nothing that is made of one', () => {
    const { keyring } = setUp()
    expect(doorOf(keyring)).toBeDefined()
    for (const other of [{ ...keyring }, Object.create(keyring), Object.assign({}, keyring), null, undefined, 'x']) {
      expect(doorOf(other)).toBeUndefined()
    }
    expect(doorOf(new Proxy(keyring, {}))).toBe(doorOf(keyring))
  })

  test('is the same for every copy of this package', async () => {
    const { keyring } = setUp()
    vi.resetModules()
    const copy = await import('../src/door.ts')
    expect(copy.doorOf).not.toBe(doorOf)
    expect(copy.doorOf(keyring)).toBe(doorOf(keyring))
  })

  test('shows nothing on the keyring that hosts do not use', () => {
    const { keyring } = setUp()
    for (const name of ['recall', 'recordUse', 'tokenGrammar', 'clock', 'guards'])
      expect(keyring).not.toHaveProperty(name)
  })

  test('finds the workspace of a stored key, for those that have proven its secret', async () => {
    const { create, keyring, keys } = setUp()
    const { key } = await create()
    await keys.disable(key.id)
    expect(await doorTo(keyring).workspaceOf(key.id)).toBe(key.workspaceId)
    expect(await doorTo(keyring).workspaceOf('x'.repeat(16))).toBeUndefined()
    await keyring.close()
    await expect(doorTo(keyring).workspaceOf(key.id)).rejects.toThrow(ClosedError)
  })

  test('answers in the same tick for a key in memory, and counts nothing', async () => {
    const { create, keyring, clock, keys } = setUp()
    const { key, token } = await create()
    const door = doorTo(keyring)
    const first = await door.check('header', token)
    expect(door.check('header', token)).toBe(first)
    await clock.advanceAsync(10_000)
    expect((await keys.get(key.id)).lastUsedAt).toBeNull()
  })

  test('is closed with its keyring, also to what cannot be a token', async () => {
    const { create, keyring } = setUp()
    const { token } = await create()
    await doorTo(keyring).check('header', token)
    await keyring.close()
    for (const text of [token, 'x', 'x'.repeat(500)]) {
      await expect((async () => doorTo(keyring).check('header', text))()).rejects.toThrow(ClosedError)
    }
  })
})
