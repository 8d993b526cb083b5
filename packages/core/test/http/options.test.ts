import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors/errors.ts'
import { type HttpAuthOptions, resolveOptions } from '../../src/http/options.ts'

const defaults = {
  header: undefined,
  realm: 'api',
  optional: false,
  otherBearer: 'refuse',
  stripCredential: false,
  verbose: true,
  skipPreflight: false,
  guarded: false,
  onDenied: undefined,
  vary: 'Authorization, X-API-Key',
}

function refusal(options: unknown): ConfigurationError {
  try {
    resolveOptions(options as HttpAuthOptions<never>)
  } catch (error) {
    if (error instanceof ConfigurationError) return error
    throw error
  }
  throw new Error('the options were accepted')
}

describe('defaults', () => {
  test.each([
    ['left out', undefined],
    ['empty', {}],
    ['without a prototype', Object.create(null) as object],
    [
      'undefined one by one',
      Object.fromEntries(Object.keys(defaults).flatMap((name) => (name === 'vary' ? [] : [[name, undefined]]))),
    ],
  ])('apply when the options are %s', (_, options) => {
    expect(resolveOptions(options)).toEqual(defaults)
  })

  test('leave the options of the caller alone', () => {
    const options = Object.freeze({ header: 'X-Acme-Key' })
    expect(resolveOptions(options)).toEqual({
      ...defaults,
      header: 'x-acme-key',
      headerName: 'X-Acme-Key',
      vary: 'Authorization, X-Acme-Key',
    })
    expect(options).toEqual({ header: 'X-Acme-Key' })
  })
})

describe('header', () => {
  test.each(['X-API-Key', 'Api-Key', 'X'])('accepts a name of its own (%s)', (header) => {
    expect(resolveOptions({ header }).header).toBe(header.toLowerCase())
  })

  test.each([
    '',
    'X_API_KEY',
    ' ',
    'authorization',
    'Authorization',
    'Proxy-Authorization',
    'Set-Cookie',
    'cookie',
    'Host',
    'Content-Type',
    'X-Forwarded-For',
    'X-Api\r\nKey',
    'X-Api\nKey',
    'X Key',
    'X-Key:',
    'X-\u00e9',
    'a'.repeat(65),
  ])('refuses a name that means something else, or none (%j)', (header) => {
    expect(refusal({ header }).option).toBe('header')
  })

  test.each([null, 7, true, [[]], [['X-API-Key']], {}])('refuses what is not text (%j)', (header) => {
    expect(refusal({ header })).toMatchObject({ option: 'header', code: 'ERR_CLAVIGER_CONFIGURATION' })
  })
})

test('guarded and optional exclude each other, also in overrides', () => {
  expect(refusal({ guarded: true, optional: true }).option).toBe('guarded')
  expect(() => resolveOptions({ guarded: true }, { optional: true })).toThrow(/guarded: false/)
  expect(resolveOptions({ guarded: true }, { optional: true, guarded: false })).toMatchObject({ guarded: false })
})

describe('otherBearer', () => {
  test.each(['refuse', 'pass', () => true])('takes the two words and a function (%s)', (otherBearer) => {
    expect(resolveOptions({ otherBearer } as HttpAuthOptions<never>).otherBearer).toBe(otherBearer)
  })

  test.each([null, true, false, 'Pass', 'allow', '', 7, {}, ['pass']])(
    'refuses everything else (%j)',
    (otherBearer) => {
      expect(refusal({ otherBearer }).option).toBe('otherBearer')
    },
  )
})

describe('realm', () => {
  test.each(['a', 'Acme API', "it's {fine}", '~'.repeat(128)])('accepts printable ASCII (%j)', (realm) => {
    expect(resolveOptions({ realm }).realm).toBe(realm)
  })

  test.each(['', 'a"b', 'a\\b', 'a\rb', 'a\nb', 'a\tb', 'a\0b', '\u00e9', 'a'.repeat(129), null, 7, [['a']]])(
    'refuses what a quoted string cannot carry (%j)',
    (realm) => {
      expect(refusal({ realm }).option).toBe('realm')
    },
  )
})

describe.each(['optional', 'stripCredential', 'verbose', 'skipPreflight'] as const)('%s', (name) => {
  test('takes true and false', () => {
    expect(resolveOptions({ [name]: true })[name]).toBe(true)
    expect(resolveOptions({ [name]: false })[name]).toBe(false)
  })

  test.each([null, 0, 1, 'true', 'false', {}, [[]]])('refuses everything else (%j)', (value) => {
    expect(refusal({ [name]: value }).option).toBe(name)
  })
})

test.each([null, true, 'function', {}])('onDenied refuses what is not a function (%j)', (onDenied) => {
  expect(refusal({ onDenied }).option).toBe('onDenied')
})

test.each([
  ['Header', 'header'],
  ['headers', 'header'],
  ['relm', 'realm'],
  ['onDeny', 'onDenied'],
  ['ondenied', 'onDenied'],
  ['stripCredentials', 'stripCredential'],
  ['skipPreFlight', 'skipPreflight'],
])('an unknown option is refused with a guess (%s)', (name, guess) => {
  expect(refusal({ [name]: true }).message).toContain(`did you mean "${guess}"`)
})

test('an unknown option that resembles nothing is refused without a guess', () => {
  const { message, option } = refusal({ passthrough: true })
  expect(option).toBe('passthrough')
  expect(message).not.toContain('did you mean')
})

test.each([null, 'X-API-Key', 7, [[]], true])('options that are not object are refused (%j)', (options) => {
  expect(refusal(options).option).toBe('options')
})

test('a request in place of options is recognised: authenticate was not called', () => {
  expect(refusal({ rawHeaders: [], headers: {} }).message).toContain('auth.authenticate()')
  expect(refusal({ req: {}, res: {} }).message).toContain('auth.authenticate()')
})
