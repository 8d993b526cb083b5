import { memoryStore } from '@claviger/store-memory'
import { testClock } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { stepsOf } from '../http/keyring.ts'
import type { KeyringOptions } from '../../src/index.ts'
import { type SetUp, setUp } from '../support/set-up.ts'
import { doorTo } from '../support/door.ts'

/** Two processes of one rolling deployment on one store. */
function rolling(before: Partial<KeyringOptions>, after: Partial<KeyringOptions>): readonly [SetUp, SetUp] {
  const shared = memoryStore()
  const clock = testClock()
  return [
    setUp({ on: shared.connect(), at: clock, ...before }),
    setUp({ on: shared.connect(), at: clock, seed: 2, ...after }),
  ]
}

describe('a prefix', () => {
  test('that comes next is accepted, and no token is made with it', async () => {
    const [before, after] = rolling({ nextPrefix: 'zeta' }, { prefix: 'zeta', previousPrefixes: ['acme'] })
    const old = await before.create()
    const made = await after.create()
    expect(old.token).toMatch(/^acme_/)
    expect(made.token).toMatch(/^zeta_/)
    for (const { keyring } of [before, after]) {
      for (const { token } of [old, made]) {
        expect(await keyring.verify(token)).toMatchObject({ ok: true })
        expect(keyring.tokenPattern.test(token)).toBe(true)
      }
    }
    const { token } = await before.keys.rotate(made.key.id)
    expect(await after.keyring.verify(token)).toMatchObject({ ok: true })
  })

  test.each([{ nextPrefix: 'No' }, { nextPrefix: 5 as never }, { previousPrefixes: ['a_b'] }])(
    'has its form: %o',
    (options) => {
      expect(() => setUp(options)).toThrow(/Expected (nextPrefix|previousPrefixes\[0\]) to match/)
    },
  )
})

describe('an environment', () => {
  test('that comes next is accepted, listed and guarded, and no key is made of it', async () => {
    const environments = ['production']
    const [before, after] = rolling(
      { environments, nextEnvironments: ['preview'] },
      { environments: [...environments, 'preview'] },
    )
    await expect(before.create({ environment: 'preview' })).rejects.toMatchObject({ field: 'environment' })
    const { token } = await after.create({ environment: 'preview' })
    expect(await before.keyring.verify(token, { environment: 'preview' })).toMatchObject({ ok: true })
    expect((await before.keys.list({ environment: 'preview' })).items).toHaveLength(1)
    expect(before.keyring.environments).toEqual(['production'])
    expect(doorTo(before.keyring).grammar.environments).toEqual(['production', 'preview'])
    expect(() => stepsOf(before.keyring).environment('preview')).not.toThrow()
    expect(() => stepsOf(before.keyring).environment('moon')).toThrow(/environment/)
  })

  test('that was is accepted, its keys are rotated, and none is made any more', async () => {
    const [before, after] = rolling(
      { environments: ['production', 'ci'] },
      { environments: ['production'], previousEnvironments: ['ci'] },
    )
    const { key, token } = await before.create({ environment: 'ci' })
    await expect(after.create({ environment: 'ci' })).rejects.toMatchObject({ field: 'environment' })
    expect(await after.keyring.verify(token)).toMatchObject({ ok: true })
    const rotated = await after.keys.rotate(key.id)
    expect(await before.keyring.verify(rotated.token)).toMatchObject({ ok: true })
  })

  test('that is not accepted here has no key rotated: the token would never work here', async () => {
    const [before, after] = rolling({ environments: ['production', 'ci'] }, { environments: ['production'] })
    const { key, token } = await before.create({ environment: 'ci' })
    await expect(after.keys.rotate(key.id, { overlap: 0 })).rejects.toMatchObject({
      code: 'ERR_CLAVIGER_CONFLICT',
      message: expect.stringContaining('ci'),
    })
    expect(await before.keyring.verify(token)).toMatchObject({ ok: true })
    await after.keys.revoke(key.id)
  })

  test.each([
    [{ nextEnvironments: ['production'] }, 'nextEnvironments'],
    [{ previousEnvironments: ['production'] }, 'previousEnvironments'],
    [{ nextEnvironments: ['No'] }, 'nextEnvironments[0]'],
    [{ previousEnvironments: 'ci' as never }, 'previousEnvironments'],
    [{ environments: [] }, 'environments'],
  ])('is made or not: %o', (options, option) => {
    expect(() => setUp(options)).toThrow(expect.objectContaining({ code: 'ERR_CLAVIGER_CONFIGURATION', option }))
  })
})
