import { createHash } from 'node:crypto'
import type { ImportKeyInput, KeyringOptions } from '../../src/index.ts'
import { ada, type SetUp, setUp } from './set-up.ts'

/** What tokens of the system before looked like. */
export const legacyPattern = /^sk_live_[0-9a-f]{32}$/

/** A token of the system before, made from a number. */
export function legacyToken(number = 1): string {
  return `sk_live_${number.toString(16).padStart(32, '0')}`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** An entry that imports a token. */
export function entryFor(token: string, more: Partial<ImportKeyInput> = {}): ImportKeyInput {
  return {
    tokenSha256: sha256(token),
    name: 'Nightly job',
    environment: 'production',
    permissions: ['prompts:read'],
    owner: ada,
    ...more,
  }
}

/** A keyring that takes tokens of the system before. */
export function setUpImported(
  overrides: Parameters<typeof setUp>[0] = {},
  until?: Date,
): SetUp & { importOne(more?: Partial<ImportKeyInput>, token?: string): Promise<string> } {
  const importedTokens: KeyringOptions['importedTokens'] = { pattern: legacyPattern, until }
  const made = setUp({ importedTokens, ...overrides })
  return {
    ...made,
    async importOne(more, token = legacyToken()) {
      const { results } = await made.keys.import([entryFor(token, more)])
      const [result] = results
      if (result?.ok !== true) throw new Error(JSON.stringify(result))
      return result.id
    },
  }
}
