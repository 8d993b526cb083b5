import { beforeEach, expect, test, vi } from 'vitest'
import { argon2id, hmacSha256 } from '../../src/hashing/hasher.ts'
import { setUp } from '../support/set-up.ts'

const library = vi.hoisted(() => ({ state: 'works' as 'works' | 'missing' | 'broken' }))

vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  const work = <T>(call: () => T, broken: T): T => {
    if (library.state === 'missing') throw new Error("Cannot find module '@node-rs/argon2-linux-x64-gnu'")
    return library.state === 'broken' ? broken : call()
  }
  return {
    ...real,
    hash: (...args: Parameters<typeof real.hash>) => work(async () => real.hash(...args), Promise.resolve('none')),
    verify: (...args: Parameters<typeof real.verify>) => work(async () => real.verify(...args), Promise.resolve(false)),
  }
})

beforeEach(() => {
  library.state = 'works'
})

const cheap = argon2id({ memoryKiB: 7_168, iterations: 1 })

test('ready() passes where argon2 works', async () => {
  const { keyring } = setUp({ hasher: cheap })
  await keyring.ready()
  expect(keyring.health()).toMatchObject({ ok: true, hasher: 'up' })
})

test('ready() rejects where its binary is missing, before the store is asked, and says what to do', async () => {
  library.state = 'missing'
  const { keyring, store } = setUp({ hasher: cheap })
  await expect(keyring.ready()).rejects.toMatchObject({
    code: 'ERR_CLAVIGER_CONFIGURATION',
    option: 'hasher',
    message: expect.stringMatching(/optional dependency.*--omit=optional.*platform.*external.*hmacSha256/s),
    cause: expect.objectContaining({ message: expect.stringContaining('Cannot find module') }),
  })
  expect(store.calls).toEqual({})
  expect(keyring.health()).toMatchObject({ ok: false, state: 'failed', hasher: 'down' })
})

test('so does the first verification, without ready() being called', async () => {
  library.state = 'missing'
  const { keyring } = setUp({ hasher: cheap })
  const token = await setUp()
    .create()
    .then((made) => made.token)
  await expect(keyring.verify(token)).rejects.toMatchObject({ option: 'hasher' })
})

test('ready() rejects where it hashes and does not recognise what it hashed', async () => {
  library.state = 'broken'
  await expect(setUp({ hasher: cheap }).keyring.ready()).rejects.toMatchObject({ option: 'hasher' })
})

test('an HMAC needs no binary: argon2 is not tried', async () => {
  library.state = 'missing'
  const { keyring } = setUp({ hasher: hmacSha256({ pepper: 'p'.repeat(32) }) })
  await keyring.ready()
  expect(keyring.health()).toMatchObject({ ok: true, hasher: 'up' })
})

test('a hash that fails later is shown, and so is the next that works', async () => {
  const { keyring, create } = setUp({ hasher: cheap })
  await keyring.ready()
  library.state = 'missing'
  await expect(create()).rejects.toMatchObject({ dependency: 'hasher' })
  expect(keyring.health()).toMatchObject({ ok: true, hasher: 'down' })
  library.state = 'works'
  await create()
  expect(keyring.health().hasher).toBe('up')
})
