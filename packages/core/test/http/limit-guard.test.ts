import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../src/errors/errors.ts'
import type { Limiter } from '../../src/limits/limiter.types.ts'
import { keyringWithKey, stepsOf } from './keyring.ts'

const { keyring } = await keyringWithKey()
const rule = { requests: 600, per: '1m' } as const

function limiterOf(): Limiter {
  return { consume: () => ({ isAllowed: true, remaining: 1, resetMs: 1 }) }
}

describe('limits of one limiter', () => {
  test('never share a counter: a second one of the same name is refused', () => {
    const auth = stepsOf(keyring)
    const limiter = limiterOf()
    auth.limit({ limiter, by: 'key', rule })
    expect(() => auth.limit({ limiter, by: 'key', rule })).toThrow(/another limit named "key"/)
    expect(() => stepsOf(keyring).limit({ limiter, by: 'owner', name: 'key', rule })).toThrow(ConfigurationError)
    expect(() => auth.limitFailures({ limiter, name: 'key', rule })).toThrow(ConfigurationError)
    auth.limit({ limiter, by: 'key', name: 'writes', rule })
    auth.limit({ limiter, by: 'owner', rule })
    auth.limit({ limiter: limiterOf(), by: 'key', rule })
  })

  test('are one limit where the very same options are given again', () => {
    const limiter = limiterOf()
    const perKey = { limiter, by: 'key', rule } as const
    for (let turn = 0; turn < 2; turn += 1) stepsOf(keyring).limit(perKey)
    expect(() => stepsOf(keyring).limit({ ...perKey })).toThrow(ConfigurationError)
  })

  test('may have the same name on another keyring', async () => {
    const other = await keyringWithKey()
    const limiter = limiterOf()
    for (const each of [keyring, other.keyring]) stepsOf(each).limit({ limiter, by: 'key', rule })
  })
})

describe('a limit that is set up wrongly', () => {
  const auth = stepsOf(keyring)

  test.each([
    ['no options', undefined],
    ['an unknown option', { limiter: limiterOf(), by: 'key', rule, costs: 5 }],
    ['no limiter', { by: 'key', rule }],
    ['a limiter of a misspelt method', { limiter: { ...limiterOf(), givesBack: () => {} }, by: 'key', rule }],
    ['no way of counting', { limiter: limiterOf(), rule }],
    ['an address', { limiter: limiterOf(), by: 'ip', rule }],
    ['no rule', { limiter: limiterOf(), by: 'key' }],
    ['a cost below 0', { limiter: limiterOf(), by: 'key', rule, cost: -1 }],
    ['a cost that is a text', { limiter: limiterOf(), by: 'key', rule, cost: '5' }],
  ])('is refused when it is made: %s', (_, options) => {
    expect(() => auth.limit(options as never)).toThrow(ConfigurationError)
  })

  test.each([
    ['a burst', { limiter: limiterOf(), rule: { ...rule, burst: rule } }],
    ['a rule by a function', { limiter: limiterOf(), rule: () => rule }],
    ['a client that is a text', { limiter: limiterOf(), rule, by: 'ip' }],
  ])('is refused when it is made, for failures: %s', (_, options) => {
    expect(() => auth.limitFailures(options as never)).toThrow(ConfigurationError)
  })
})
