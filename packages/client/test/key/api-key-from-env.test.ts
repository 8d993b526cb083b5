import { afterEach, describe, expect, test } from 'vitest'
import { type ApiKeyError, apiKey, apiKeyFromEnv, isApiClientError, SetupError } from '../../src/index.ts'
import { acmeTokens } from './tokens.ts'

const { production: token, ci } = await acmeTokens()
const read = (value: unknown, options?: object) => () =>
  apiKeyFromEnv('ACME_API_KEY', { env: { ACME_API_KEY: value }, prefix: 'acme', ...options })

function caught(run: () => unknown): ApiKeyError {
  try {
    run()
  } catch (error) {
    if (isApiClientError(error) && error.code === 'api_key_unusable') return error
    throw error
  }
  throw new Error('nothing was thrown')
}

afterEach(() => {
  delete process.env['ACME_TEST_KEY']
})

test('a good key is read', () => {
  expect(read(token)().reveal()).toBe(token)
})

test('the environment of the process is the default', () => {
  process.env['ACME_TEST_KEY'] = token
  expect(apiKeyFromEnv('ACME_TEST_KEY').reveal()).toBe(token)
})

describe('the error', () => {
  test('has a code, the mistake, the variable and the fix, in one message', () => {
    const error = caught(read(`"${token}"`))
    expect(error).toMatchObject({
      name: 'ApiKeyError',
      code: 'api_key_unusable',
      mistake: 'quotes',
      variable: 'ACME_API_KEY',
    })
    expect(error.message).toBe(`ACME_API_KEY has quotes or brackets around the key, or at one end of it. ${error.fix}`)
  })

  test('of a variable that is not set shows both ways to set it', () => {
    expect(caught(() => apiKeyFromEnv('ACME_API_KEY', { env: {} })).message).toBe(
      'ACME_API_KEY is not set. Set it before the program starts: export ACME_API_KEY=<your key>. ' +
        'Or write ACME_API_KEY=<your key> into a file .env and start with: node --env-file=.env',
    )
  })

  test.each(['ACME_APIKEY', 'acme_api_key', 'ACMEAPIKEY'])('names %s, which is set instead', (name) => {
    const { message } = caught(() => apiKeyFromEnv('ACME_API_KEY', { env: { [name]: token } }))
    expect(message).toContain(`is not set, but ${name} is: did you mean that?`)
    expect(message).not.toContain(token)
  })

  test('still comes where the names of variables may not be read', () => {
    const env = new Proxy<Record<string, unknown>>(
      {},
      {
        ownKeys: () => {
          throw new Error('Requires env access')
        },
      },
    )
    expect(caught(() => apiKeyFromEnv('ACME_API_KEY', { env })).mistake).toBe('not_set')
  })

  test.each([`"${token}"`, `${token}\n`, token.slice(0, -3), `${token}x`, `Bearer ${token}`])(
    'never holds the text: %#',
    (text) => {
      const error = caught(read(text))
      const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error.stack)
      expect(everything).not.toContain(token.slice(24, 40))
    },
  )
})

test('a key of another environment is refused where environments are given', () => {
  expect(caught(read(ci, { environments: ['production'] })).mistake).toBe('unknown_environment')
})

describe('a call that cannot work', () => {
  test.each([token, '', 'ACME API KEY', '1KEY', undefined])(
    'with a name that is not one is refused without repeating it: %#',
    (name) => {
      const call = () => apiKeyFromEnv(name as string)
      expect(call).toThrow(SetupError)
      expect(call).toThrow(/^apiKeyFromEnv expects the name of a variable, such as "ACME_API_KEY", not the key\.$/)
    },
  )

  test('with an unknown option names those that there are', () => {
    expect(() => apiKeyFromEnv('ACME_API_KEY', { prefx: 'acme' } as object)).toThrow(
      'apiKeyFromEnv has no option "prefx". Known: prefix, environments, otherForms, env.',
    )
    expect(() => apiKeyFromEnv('ACME_API_KEY', { [token]: 1 })).toThrow(/no option of that name/)
  })

  test.each([
    [{ prefix: 'Acme' }, /prefix to be what keys begin with/],
    [{ prefix: [] }, /prefix to be what keys begin with/],
    [{ prefix: ['acme', 1] }, /prefix to be what keys begin with/],
    [{ environments: 'production' }, /environments to be a list/],
    [{ otherForms: 'x' }, /otherForms to be a regular expression/],
    ['acme', /expects an object of options, got string/],
  ])('with %j is refused', (options, message) => {
    expect(() => apiKey(token, options as object)).toThrow(message)
  })
})

describe('direct initialisation', () => {
  test('checks a text and hides it', () => {
    expect(apiKey(token, { prefix: 'acme' }).reveal()).toBe(token)
    expect(caught(() => apiKey(`${token}\n`)).message).toMatch(/^The API key has a line end in it/)
    expect(caught(() => apiKey(undefined as unknown as string)).message).toMatch(
      /^The API key is not set\. Pass the key/,
    )
  })
})
