import { describe, expect, test } from 'vitest'
import { createKeyring, definePermissions, type KeyringOptions } from '../../src/index.ts'
import { memoryStore } from '@claviger/store-memory'

const make = (importedTokens: unknown): unknown =>
  createKeyring({
    prefix: 'acme',
    previousPrefixes: ['old'],
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    importedTokens: importedTokens as KeyringOptions['importedTokens'],
  })

describe('a pattern of imported tokens is refused at start-up', () => {
  test.each<[string, unknown, string]>([
    ['that is not an expression', '^sk_[a-f]{32}$', 'must be a RegExp, got string'],
    ['that keeps state', /^sk_[a-f]{32}$/g, 'flags i and u only, got g'],
    ['that matches at each line', /^sk_[a-f]{32}$/m, 'flags i and u only, got m'],
    ['without a beginning', /sk_[a-f]{32}$/, 'must match whole tokens'],
    ['without an end', /^sk_[a-f]{32}/, 'must match whole tokens'],
    ['with an alternative that is open', /^sk_[a-f]{32}|rk_[a-f]{32}$/, 'must match whole tokens'],
    ['that matches everything', /^.*$/, 'matches nearly everything'],
    ['that matches every word', /^\w+$/, 'matches nearly everything'],
    ['that matches everything without spaces', /^\S+$/, 'matches nearly everything'],
    ['that matches everything of some length', /^.{20,}$/, 'matches tokens of this keyring'],
    ['that matches our tokens', /^[A-Za-z0-9_]{40,}$/, 'matches tokens of this keyring'],
    ['that matches our tokens by their prefix', /^acme_.+$/, 'matches tokens of this keyring'],
    ['that matches tokens of a previous prefix', /^old_[a-z]+_[0-9A-Za-z]{65}$/, 'matches tokens of this keyring'],
    ['that backtracks without end', /^(a+)+$/, 'could take long'],
    ['that overlaps', /^[a-z]*[a-z]*[a-z]*$/, 'could take long'],
    ['that repeats alternatives', /^sk_(?:a|a)*$/, 'could take long'],
    ['that looks around', /^(?=sk)[a-z_]{20}$/, 'may not hold look-around'],
    ['that refers back', /^(\w)\1{20}$/, 'may not hold \\1'],
    ['whose texts are longer than any token', /^sk_[a-f]{200}$/, 'matches nothing of at most 128 characters'],
    ['that is very long itself', new RegExp(`^${'a'.repeat(600)}$`), 'at most 500 characters'],
  ])('%s', (_, pattern, message) => {
    expect(() => make({ pattern })).toThrow(message)
  })

  test('and so is an end that is not a date, or an option there is not', () => {
    const pattern = /^sk_[0-9a-f]{32}$/
    for (const until of ['2030-01-01', 0, new Date(Number.NaN), null]) {
      expect(() => make({ pattern, until })).toThrow('importedTokens.until')
    }
    expect(() => make({ pattern, untill: new Date() })).toThrow('until')
    expect(() => make({})).toThrow('must be a RegExp')
    expect(() => make(/^sk_[0-9a-f]{32}$/)).toThrow('importedTokens')
  })
})

describe('a pattern of imported tokens is taken', () => {
  test.each([
    /^sk_live_[0-9a-f]{32}$/,
    /^[0-9a-f]{64}$/,
    /^[\w-]{43}$/,
    /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
    /^\d{1,20}\|(?:[a-z]{1,16}_)?(?<secret>[0-9A-Za-z]{40,48})$/,
    /^(?:sk|pk)_(?:live|test)_[1-9A-HJ-NP-Za-km-z]{16,32}$/,
    /^acme_[0-9a-f]{40}$/,
    /^legacy_.{10,50}$/u,
  ])('%s', (pattern) => {
    expect(() => make({ pattern, until: new Date(0) })).not.toThrow()
  })
})
