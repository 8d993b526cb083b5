import { describe, expect, test } from 'vitest'
import { githubPublicKeys } from '../../src/index.ts'

const hour = 3_600_000

/** GitHub, on a clock that stands still. */
function setUp(keys: Record<string, string> = { a: 'key of a' }) {
  const scene = { now: 0, asked: 0, keys, answer: undefined as (() => Promise<Response>) | undefined }
  const publicKeyOf = githubPublicKeys({
    now: () => scene.now,
    fetch: async (url, init) => {
      scene.asked += 1
      expect([url, init.redirect]).toEqual(['https://api.github.com/meta/public_keys/secret_scanning', 'error'])
      if (scene.answer !== undefined) return scene.answer()
      const list = Object.entries(scene.keys).map(([identifier, key]) => ({ key_identifier: identifier, key }))
      return Response.json({ public_keys: list })
    },
  })
  return { scene, publicKeyOf }
}

describe('the public keys of GitHub', () => {
  test('are fetched once, also by many at once, and again after an hour', async () => {
    const { scene, publicKeyOf } = setUp()
    expect(await Promise.all([publicKeyOf('a'), publicKeyOf('a'), publicKeyOf('a')])).toEqual(Array(3).fill('key of a'))
    scene.now = hour - 1
    await publicKeyOf('a')
    expect(scene.asked).toBe(1)
    scene.now = hour
    await publicKeyOf('a')
    expect(scene.asked).toBe(2)
  })

  test('that are unknown are asked for at most once a minute', async () => {
    const { scene, publicKeyOf } = setUp()
    for (const identifier of ['x', 'y', 'z', 'x']) expect(await publicKeyOf(identifier)).toBeUndefined()
    expect(scene.asked).toBe(1)
    scene.now = 60_000
    scene.keys = { a: 'key of a', x: 'key of x' }
    expect(await publicKeyOf('x')).toBe('key of x')
    expect(scene.asked).toBe(2)
  })

  test('stay in use when GitHub cannot be reached, and those that are not known are an outage', async () => {
    const { scene, publicKeyOf } = setUp()
    await publicKeyOf('a')
    scene.now = 2 * hour
    scene.answer = () => Promise.reject(new Error('no network'))
    expect(await publicKeyOf('a')).toBe('key of a')
    await expect(publicKeyOf('x')).rejects.toThrow('could not be fetched')
    expect(scene.asked).toBe(2)
    scene.now += 5_000
    scene.answer = undefined
    expect(await publicKeyOf('x')).toBeUndefined()
  })

  test.each([
    ['an error', () => Promise.resolve(new Response(null, { status: 500 }))],
    ['no JSON', () => Promise.resolve(new Response('<html>'))],
    ['no keys', () => Promise.resolve(Response.json({ public_keys: [] }))],
    ['another form', () => Promise.resolve(Response.json([1]))],
    ['a body without end', () => Promise.resolve(new Response('x'.repeat(300_000)))],
  ])('%s is an outage, not an unknown key', async (_what, answer) => {
    const { scene, publicKeyOf } = setUp()
    scene.answer = answer
    await expect(publicKeyOf('a')).rejects.toMatchObject({ code: 'ERR_CLAVIGER_UNAVAILABLE' })
  })

  test('come over HTTPS only', () => {
    expect(() => githubPublicKeys({ url: 'http://keys.test/' })).toThrow('Expected an address with https')
    expect(() => githubPublicKeys({ urll: 'https://keys.test/' } as never)).toThrow('did you mean "url"?')
  })
})
