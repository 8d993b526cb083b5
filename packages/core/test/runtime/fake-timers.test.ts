import { mock } from 'node:test'
import { memoryStore } from '@claviger/store-memory'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type * as Core from '../../src/index.ts'

/*
 * What a host's tests do to timers must neither hang a keyring nor outlive the test. Real time: these are the machine's
 * clocks.
 */
const everything = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'Date',
  'performance',
  'hrtime',
] as const

/** Ways to replace timers, and to put the real ones back. */
const fakes = {
  'vitest, by default': () => void vi.useFakeTimers(),
  'vitest, everything it can': () => void vi.useFakeTimers({ toFake: [...everything] }),
  'vitest, Date alone': () => void vi.useFakeTimers({ toFake: ['Date'] }),
  'node:test': () => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] }),
  'replaced by hand, never to fire': () => {
    const silent = Object.assign(() => ({ unref() {} }), { clock: {} })
    vi.stubGlobal('setTimeout', silent)
    vi.stubGlobal('setImmediate', silent)
  },
} as const

function restore(): void {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  mock.timers.reset()
}

afterEach(restore)

async function keyringOf({ createKeyring, definePermissions, hmacSha256, systemActor }: typeof Core) {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read'] }),
    defaultPermissions: ['prompts:read'],
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper of thirty-two characters' }),
  })
  const create = async (): Promise<string> =>
    (
      await keyring.as(systemActor('ws')).create({
        name: 'Key',
        environment: 'ci',
        owner: { type: 'user', id: 'ada' },
      })
    ).token
  return { keyring, create }
}

const fresh = async (): Promise<typeof Core> => {
  vi.resetModules()
  return import('../../src/index.ts')
}

describe.each(Object.entries(fakes))('%s', (_, install) => {
  test('installed after Claviger was loaded: cold keys verify, and keep verifying afterwards', async () => {
    const { keyring, create } = await keyringOf(await fresh())
    const [first, second, third] = [await create(), await create(), await create()]
    install()
    expect(await keyring.verify(first)).toMatchObject({ ok: true })
    expect(await keyring.verify(await create())).toMatchObject({ ok: true })
    restore()
    expect(await keyring.verify(second)).toMatchObject({ ok: true })
    expect(await keyring.verify(third)).toMatchObject({ ok: true })
    await keyring.close()
  })

  test('installed before the keyring was made: the same', async () => {
    const core = await fresh()
    install()
    const { keyring, create } = await keyringOf(core)
    expect(await keyring.verify(await create())).toMatchObject({ ok: true })
    restore()
    expect(await keyring.verify(await create())).toMatchObject({ ok: true })
    await keyring.close()
  })

  test('what was under way when they came or went ends', async () => {
    const { keyring, create } = await keyringOf(await fresh())
    const [first, second] = [await create(), await create()]
    const coming = keyring.verify(first)
    install()
    const going = keyring.verify(second)
    restore()
    expect(await coming).toMatchObject({ ok: true })
    expect(await going).toMatchObject({ ok: true })
    await keyring.close()
  })
})

describe('timers that are fakes when Claviger is loaded', () => {
  test.each([
    ['carrying their clock', { clock: {} }],
    ['mocks of old', { _isMockFunction: true }],
  ])('%s are not used', async (_, mark) => {
    const never = Object.assign(() => ({ unref() {} }), mark)
    vi.doMock('node:timers', () => ({ setTimeout: never, clearTimeout: never, setImmediate: never }))
    try {
      const core = await fresh()
      const { keyring, create } = await keyringOf(core)
      expect(await keyring.verify(await create())).toMatchObject({ ok: true })
      const before = core.systemClock.monotonic()
      await new Promise<void>((resolve) => void core.systemClock.schedule(20, resolve))
      expect(core.systemClock.monotonic() - before).toBeGreaterThanOrEqual(15)
      const late = vi.fn()
      core.systemClock.schedule(5, late)()
      await new Promise<void>((resolve) => void core.systemClock.schedule(20, resolve))
      expect(late).not.toHaveBeenCalled()
      await keyring.close()
    } finally {
      vi.doUnmock('node:timers')
    }
  })
})

describe('a Date that is set', () => {
  test('is what keys expire by, and nothing is poisoned once it is real again', async () => {
    const core = await fresh()
    const { keyring } = await keyringOf(core)
    const keys = keyring.as(core.systemActor('ws'))
    const { token } = await keys.create({
      name: 'Key',
      environment: 'ci',
      owner: { type: 'user', id: 'ada' },
      expiresIn: '1d',
    })
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 2 * 86_400_000)
    expect(await keyring.verify(token)).toMatchObject({ code: 'key_expired' })
    vi.useRealTimers()
    expect(await keyring.verify(token)).toMatchObject({ ok: true })
    await keyring.close()
  })
})
