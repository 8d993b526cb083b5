import { format, inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { apiKey, apiKeyFromEnv, createFetch } from '../../src/index.ts'
import { acmeTokens } from './tokens.ts'

const { production: token } = await acmeTokens()
const key = apiKeyFromEnv('ACME_API_KEY', { env: { ACME_API_KEY: token } })

/** Whether eight characters of the secret in a row stand in a text. */
const reveals = (text: string): boolean => {
  for (let at = 24; at + 8 <= token.length; at++) if (text.includes(token.slice(at, at + 8))) return true
  return false
}

describe('an API key does not show itself', () => {
  const ways: Readonly<Record<string, () => unknown>> = {
    'in a template': () => `key: ${key as unknown as string}`,
    'in a sum of texts': () => 'key: ' + (key as unknown as string),
    'to String()': () => String(key),
    'to JSON': () => JSON.stringify({ key, list: [key] }),
    'to util.inspect': () => inspect(key),
    'to util.inspect that shows everything': () => inspect({ key }, { showHidden: true, depth: null, getters: true }),
    'to util.inspect without its own way': () =>
      inspect(key, { customInspect: false, showHidden: true, depth: null, getters: true }),
    'to util.format': () => format('%s %o %O %j', key, key, key, key),
    'to a copy of its fields': () => JSON.stringify(Object.entries({ ...key })),
    'to its own names': () => Reflect.ownKeys(key).map(String).join(),
    'in a Map and a Set': () => inspect([new Map([['key', key]]), new Set([key])], { depth: null }),
    'as the cause of an error': () => inspect(new Error('failed', { cause: key })),
    'in a fetch made of it': () =>
      inspect(createFetch({ apiKey: key, baseUrl: 'https://api.acme.example' }), { showHidden: true }),
    'in an error that something threw about it': () => {
      try {
        return (key as unknown as { send(): void }).send()
      } catch (error) {
        return inspect(error)
      }
    },
  }

  test.each(Object.entries(ways))('%s', (_title, show) => {
    const shown = String(show())
    expect(shown.length).toBeGreaterThan(0)
    expect(reveals(shown)).toBe(false)
  })
})

test('what is shown tells which key it is', () => {
  expect(key.masked).toBe(`${token.slice(0, 20)}\u2026${token.slice(-4)}`)
  expect(inspect(key)).toBe(`[API key ${key.masked}]`)
  expect(key).toMatchObject({ environment: 'production', variable: 'ACME_API_KEY' })
})

test('only reveal() gives the key', () => {
  expect(key.reveal()).toBe(token)
})

test('the shown form cannot be sent as a header by mistake, and the complaint reveals nothing', () => {
  let complaint: unknown
  try {
    complaint = new Headers({ Authorization: `Bearer ${key as unknown as string}` })
  } catch (error) {
    complaint = error
  }
  expect(complaint).toBeInstanceOf(TypeError)
  expect(reveals(inspect(complaint))).toBe(false)
})

test('a key cannot be changed, and cannot be cloned into another thread', () => {
  expect(Object.isFrozen(key)).toBe(true)
  expect(() => structuredClone(key)).toThrow(/could not be cloned/)
})

test('of a key of another form only the length is shown', () => {
  const other = apiKey('sk_live_0123abcd', { otherForms: /sk_live_[a-f0-9]{8}/ })
  expect(other.masked).toBe('\u2026 (an API key of 16 characters)')
  expect(other.environment).toBeUndefined()
})
