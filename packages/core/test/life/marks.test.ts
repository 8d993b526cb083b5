import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createKeyring,
  definePermissions,
  hmacSha256,
  type Keyring,
  type KeyringOptions,
  systemActor,
} from '../../src/index.ts'
import type { KeyStore } from '../../src/store/store.ts'
import { observedStore } from '../support/observed-store.ts'

const secret = 'a pepper of thirty-two characters'
const owner = { type: 'user', id: 'ada' } as const

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** A keyring that stops no one from ending: its clock stands still. */
function keyringOn(store: KeyStore, options: Partial<KeyringOptions> = {}): Keyring {
  return createKeyring({
    prefix: 'acme',
    store,
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: secret }),
    clock: testClock(),
    ...options,
  } as KeyringOptions)
}

async function outcome(keyring: Keyring): Promise<string> {
  return keyring.ready().then(
    () => 'ready',
    (error: unknown) => `refused: ${String(Reflect.get(error as object, 'option'))}`,
  )
}

const pepper = (id: string, text = secret): { id: string; secret: string } => ({ id, secret: text })

describe('a pepper', () => {
  test.each<[string, string | Uint8Array]>([
    ['a line break at its end', `${secret}\n`],
    ['another letter', secret.replace('a', 'A')],
    ['a byte more', Buffer.concat([Buffer.from(secret), Buffer.from([1])])],
  ])('with %s under the same id is refused, at ready() and by the first verification', async (_, changed) => {
    const data = memoryStore()
    const before = keyringOn(data.connect())
    const { token } = await before.as(systemActor('w')).create({ name: 'A', environment: 'ci', owner })
    const after = keyringOn(data.connect(), { hasher: hmacSha256({ pepper: changed }) })
    const refusal = {
      code: 'ERR_CLAVIGER_CONFIGURATION',
      option: 'pepper',
      message: expect.stringContaining('"default"'),
    }
    await expect(after.verify(token)).rejects.toMatchObject(refusal)
    await expect(after.ready()).rejects.toMatchObject(refusal)
    await expect(after.ready()).rejects.not.toMatchObject({ message: expect.stringContaining(secret) })
    expect(await before.verify(token)).toMatchObject({ ok: true })
  })

  test('is found among the previous ones, and the next one, too', async () => {
    const data = memoryStore()
    await keyringOn(data.connect(), { hasher: hmacSha256({ pepper: pepper('1') }) }).ready()
    const other = pepper('1', 'another pepper of 32 characters!')
    for (const hasher of [
      hmacSha256({ pepper: pepper('2'), previousPeppers: [other] }),
      hmacSha256({ pepper: pepper('2'), nextPepper: other }),
    ]) {
      expect(await outcome(keyringOn(data.connect(), { hasher }))).toBe('refused: pepper')
    }
  })

  test('is changed in a rolling deployment, and back, with old and new processes at once', async () => {
    const data = memoryStore()
    const [one, two] = [pepper('1'), pepper('2', 'another pepper of 32 characters!')]
    const steps = [
      hmacSha256({ pepper: one }),
      hmacSha256({ pepper: one, nextPepper: two }),
      hmacSha256({ pepper: two, previousPeppers: [one] }),
      hmacSha256({ pepper: two }),
    ]
    for (const hasher of [...steps, ...steps.toReversed()]) {
      expect(await outcome(keyringOn(data.connect(), { hasher }))).toBe('ready')
    }
  })

  test('of which two are given one id at once: one wins, the other is refused', async () => {
    const data = memoryStore()
    const peppers = [secret, 'another pepper of 32 characters!']
    const keyrings = peppers.map((text) => keyringOn(data.connect(), { hasher: hmacSha256({ pepper: text }) }))
    expect((await Promise.all(keyrings.map(outcome))).toSorted()).toEqual(['ready', 'refused: pepper'])
  })

  test('that was exchanged is our fault and not the key’s, also on a store without marks', async () => {
    const { marks: _, ...data } = memoryStore()
    const before = keyringOn(data)
    const { token, key } = await before.as(systemActor('w')).create({ name: 'A', environment: 'ci', owner })
    const after = keyringOn(data, { hasher: hmacSha256({ pepper: `${secret}\n` }) })
    await after.ready()
    const fault = {
      code: 'ERR_CLAVIGER_UNAVAILABLE',
      dependency: 'hasher',
      message: expect.stringContaining('another pepper'),
    }
    await expect(after.verify(token)).rejects.toMatchObject(fault)
    await expect(after.as(systemActor('w')).diagnose(token)).rejects.toMatchObject(fault)
    const renewed = await after.as(systemActor('w')).rotate(key.id)
    expect(await after.verify(renewed.token)).toMatchObject({ ok: true })
  })

  test('is nowhere in what is written down, and cannot be told from it', async () => {
    const data = memoryStore()
    await keyringOn(data).ready()
    const marks = JSON.stringify([...(await data.marks(new Map()))])
    expect(marks).not.toContain(secret)
    expect(marks).toMatch(/"pepper:default","[\w-]{8}"/)
  })
})

describe('another product on the same store', () => {
  test('is refused, with what to do, and writes nothing down', async () => {
    const data = memoryStore()
    await keyringOn(data.connect()).ready()
    const before = await data.marks(new Map())
    const other = keyringOn(data.connect(), {
      prefix: 'other',
      hasher: hmacSha256({ pepper: pepper('other', 'another pepper of 32 characters!') }),
    })
    await expect(other.ready()).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFIGURATION',
      option: 'prefix',
      message: expect.stringMatching(
        /"acme".*"other".*namespace.*previousPrefixes: \["acme"\].*allowSharedStore: true/s,
      ),
    })
    expect(await data.marks(new Map())).toEqual(before)
  })

  test('may share it when it says so, and the first need not', async () => {
    const data = memoryStore()
    const first = (): Keyring => keyringOn(data.connect())
    const second = (allowSharedStore: boolean): Keyring =>
      keyringOn(data.connect(), {
        prefix: 'other',
        permissions: definePermissions({ invoices: ['pay'] }),
        hasher: hmacSha256({ pepper: pepper('other') }),
        allowSharedStore,
      })
    expect(await outcome(first())).toBe('ready')
    expect(await outcome(second(true))).toBe('ready')
    expect(await outcome(first())).toBe('ready')
    expect(await outcome(second(false))).toBe('refused: prefix')
    expect(process.emitWarning).not.toHaveBeenCalled()
  })

  test.each([5, 'yes', null, {}])('allowSharedStore is true or false, not %j', (allowSharedStore) => {
    expect(() => keyringOn(memoryStore(), { allowSharedStore: allowSharedStore as never })).toThrow(
      expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option: 'allowSharedStore' }),
    )
  })

  test('of two that start on an empty store at once, one is refused, and stands in no one’s way', async () => {
    const data = memoryStore()
    const make = (prefix: string, text: string): Keyring =>
      keyringOn(data.connect(), { prefix, hasher: hmacSha256({ pepper: text }) })
    const both = (): Promise<string[]> =>
      Promise.all([make('one', secret), make('two', 'another pepper of 32 characters!')].map(outcome))
    const outcomes = await both()
    expect(outcomes.toSorted()).toEqual(['ready', 'refused: prefix'])
    expect(await both()).toEqual(outcomes)
  })

  test('is warned of, once, when it has the same prefix but permissions for nothing in common', async () => {
    const data = memoryStore()
    await keyringOn(data.connect()).ready()
    const permissions = definePermissions({ invoices: ['pay'], ledgers: ['read'] })
    const other = keyringOn(data.connect(), { permissions })
    await other.ready()
    await other.ready()
    expect(process.emitWarning).toHaveBeenCalledOnce()
    expect(process.emitWarning).toHaveBeenCalledWith(
      expect.stringMatching(/prompts.*Does another product use the same store.*allowSharedStore/s),
      'ClavigerWarning',
    )
    await keyringOn(data.connect(), { permissions, allowSharedStore: true }).ready()
    await keyringOn(data.connect()).ready()
    expect(process.emitWarning).toHaveBeenCalledOnce()
  })
})

describe('the same product', () => {
  test('changes its prefix in a rolling deployment, and forgets the old one in the end', async () => {
    const data = memoryStore()
    const start = (prefix: string, ...previousPrefixes: string[]): Promise<string> =>
      outcome(keyringOn(data.connect(), { prefix, previousPrefixes }))
    for (const [prefix, ...previous] of [
      ['acme'],
      ['acme', 'zenith'],
      ['zenith', 'acme'],
      ['acme'],
      ['zenith', 'acme'],
      ['zenith'],
      ['apex', 'zenith'],
      ['apex'],
      ['zenith'],
    ] as [string, ...string[]][]) {
      expect(await start(prefix, ...previous), `${prefix} after ${previous.join()}`).toBe('ready')
    }
    expect(await start('other')).toBe('refused: prefix')
  })

  test('changes its permissions one by one until none is left of the first ones', async () => {
    const data = memoryStore()
    for (const definition of [
      { prompts: ['read'] },
      { prompts: ['read'], context: ['read'] },
      { context: ['write'] },
      { context: ['write'], runs: ['start'] },
      { runs: ['start'] },
    ]) {
      const permissions = definePermissions(definition as Record<string, string[]>)
      expect(await outcome(keyringOn(data.connect(), { permissions }))).toBe('ready')
    }
    expect(process.emitWarning).not.toHaveBeenCalled()
  })

  test('asks once when nothing is new, and writes nothing', async () => {
    const data = memoryStore()
    await keyringOn(data.connect()).ready()
    const store = observedStore(data.connect())
    await keyringOn(store).ready()
    expect(store.calls).toMatchObject({ marks: 1 })
    expect(store.calls.commit).toBeUndefined()
    expect((await data.poll(null)).head.epoch).toBe(0)
  })

  test('leaves few marks, however many resources it has', async () => {
    const data = memoryStore()
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`r${index}`, ['read']]))
    for (let round = 0; round < 40; round += 1) {
      const one = { [`r${round}`]: ['read'], [`new${round}`]: ['read'] }
      await keyringOn(data.connect(), { permissions: definePermissions(round === 0 ? many : one) }).ready()
    }
    expect((await data.marks(new Map())).size).toBeLessThan(500)
  })
})

test.each([
  ['no map', [] as unknown],
  ['an invalid text', new Map([['product', 5]])],
  ['a text beyond bounds', new Map([['product', 'x'.repeat(256)]])],
])('a store that gives %s is not believed', async (_, answer) => {
  const store = { ...memoryStore(), marks: async () => answer as never }
  await expect(keyringOn(store).ready()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
})

test('a store that fails to tell is not ready', async () => {
  const store = observedStore(memoryStore())
  store.before('marks', () => {
    throw new Error('away')
  })
  const keyring = keyringOn(store)
  await expect(keyring.ready()).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE', dependency: 'store' })
  store.before('marks', undefined)
  await keyring.ready()
})
