import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { denial, redirect, rejection, scene, token } from './api.ts'

/** Everything that a log could show of a value. */
function everything(value: unknown): string {
  const error = value as Error
  return [
    inspect(value, { depth: null, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
    JSON.stringify(value, typeof value === 'object' && value !== null ? Object.getOwnPropertyNames(value) : undefined),
    String(value),
    error.message,
    String(error.stack),
    inspect(error.cause, { depth: null }),
  ].join('\n')
}

const hidden = token.slice(24, 40)

describe('no error shows the key:', () => {
  const cases: Readonly<Record<string, () => Promise<Error>>> = {
    'a refusal': () => rejection(scene([denial(401, 'invalid_key')]).api('/prompts')),
    'a refusal that repeats it in its detail': () =>
      rejection(scene([denial(401, 'invalid_key', {}, { detail: `The key ${token} is bad.` })]).api('/prompts')),
    'a refusal that repeats it in its code and hint': () =>
      rejection(scene([denial(401, token, {}, { hint: token, requiredPermissions: [token] })]).api('/prompts')),
    'a refusal of a request whose path holds it': () =>
      rejection(scene([denial(401, 'invalid_key')]).api(`/prompts/${token}`)),
    'a redirect to an origin that holds it': () =>
      rejection(scene([redirect(302, `https://${token.replaceAll('_', '-')}.example/?key=${token}`)]).api('/prompts')),
    'a failure of the network that repeats it': () =>
      rejection(scene([new TypeError(`bad header: Bearer ${token}`)]).api('/prompts')),
    'a failure whose cause repeats it': () =>
      rejection(
        scene([
          new TypeError('fetch failed', {
            cause: Object.assign(new Error('x'), { options: { headers: [`Bearer ${token}`] } }),
          }),
        ]).api('/prompts'),
      ),
    'a failure that holds the request': () =>
      rejection(
        scene([
          Object.assign(new TypeError('fetch failed'), { headers: new Headers({ authorization: `Bearer ${token}` }) }),
        ]).api('/prompts'),
      ),
  }

  test.each(Object.entries(cases))('%s', async (_title, cause) => {
    const error = await cause()
    expect(error).toBeInstanceOf(Error)
    expect(error.message).not.toBe('it was not rejected')
    expect(everything(error)).not.toContain(hidden)
  })
})

test('a failure that does not hold the key stays the same object', async () => {
  const failure = new TypeError('fetch failed')
  failure.cause = failure
  expect(await rejection(scene([failure]).api('/prompts'))).toBe(failure)
})

test('nothing is written to the console or the streams', async () => {
  const writes: string[] = []
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      writes.push(String(text))
      return true
    }),
  )
  try {
    const { api } = scene([denial(429, 'rate_limited', { 'Retry-After': '0' })])
    await rejection(api('/prompts'))
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  expect(writes.join('')).not.toContain(hidden)
})
