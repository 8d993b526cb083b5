import { describe, expect, test } from 'vitest'
import { ada, scene } from './support/scene.ts'

const origin = 'http://console.test'

describe('a form', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
    ['of the same origin', { 'sec-fetch-site': 'same-origin' }, true],
    ['that a visitor sent themselves', { 'sec-fetch-site': 'none' }, true],
    ['of another site', { 'sec-fetch-site': 'cross-site' }, false],
    ['of a sibling domain', { 'sec-fetch-site': 'same-site' }, false],
    ['of the same host by its origin', { 'sec-fetch-site': '', origin, host: 'console.test' }, true],
    [
      'of another host by its origin',
      { 'sec-fetch-site': '', origin: 'https://evil.example', host: 'console.test' },
      false,
    ],
    ['of no origin', { 'sec-fetch-site': '', origin: 'null', host: 'console.test' }, false],
    ['that says nothing', { 'sec-fetch-site': '' }, false],
    [
      'of another site with an Authorization header',
      { 'sec-fetch-site': 'cross-site', authorization: 'Basic YTpi' },
      false,
    ],
  ]
  test.each(cases)('%s: sent on is %s', async (_, given, passes) => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'CI', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
    const bare = given['sec-fetch-site'] === ''
    const { status } = await as(ada).post(`/keys/${key.id}/disable`, {}, headers, bare)
    expect(status).toBe(passes ? 303 : 403)
    expect((await keys.get(key.id)).status).toBe(passes ? 'disabled' : 'active')
  })

  test('of another type than that of forms is refused', async () => {
    const { as } = scene()
    expect((await as(ada).post('/keys', {}, { 'content-type': 'text/plain' })).status).toBe(415)
  })

  test('that is too long is refused', async () => {
    const { as } = scene()
    expect((await as(ada).post('/keys', { name: 'x'.repeat(70_000) })).status).toBe(413)
  })
})

describe('a step-up', () => {
  test('is asked for before anything is changed', async () => {
    const { as, keys } = scene({ stepUp: () => ({ redirect: '/confirm' }) })
    const { key } = await keys.create({ name: 'CI', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const { status, html } = await as(ada).post(`/keys/${key.id}/disable`, {})
    expect(status).toBe(403)
    expect(html).toContain('href="/confirm"')
    expect((await keys.get(key.id)).status).toBe('active')
  })
})

describe('authorize', () => {
  test('leads to a sign-in page, but never away from a form', async () => {
    const { as } = scene({ authorize: () => ({ redirect: '/sign-in' }) })
    expect((await as(ada).get('/')).headers.get('location')).toBe('/sign-in')
    const { status, html } = await as(ada).post('/keys', { name: 'Kept' })
    expect(status).toBe(401)
    expect(html).toContain('value="Kept"')
  })

  test('lets no one pass when it throws, or returns what is no actor', async () => {
    const failing = scene({
      authorize: () => {
        throw new Error('no database')
      },
    })
    expect((await failing.as(ada).get('/')).status).toBe(500)
    expect(failing.faults).toHaveLength(1)
    const wrong = scene({ authorize: () => undefined as never })
    expect((await wrong.as(ada).get('/')).status).toBe(500)
  })

  test('must be given', () => {
    expect(() => scene({ authorize: undefined as never })).toThrow(
      'anyone who can open this route could create API keys',
    )
  })
})
