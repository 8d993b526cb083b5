import type { CredentialRules } from '../../src/http/credential.ts'
import type { TokenGrammar } from '../../src/token/grammar.ts'
import { formatToken, tokenPattern } from '../../src/token/token.ts'

const tokenGrammar: TokenGrammar = { prefixes: ['acme', 'old'], environments: ['development', 'production'] }

/** A well-formed token of this grammar; no one issued it. */
export const token: string = formatToken({
  prefix: 'acme',
  environment: 'production',
  id: 'A'.repeat(16),
  secret: 's'.repeat(43),
})

export const rules: CredentialRules = {
  header: undefined,
  grammar: tokenGrammar,
  tokenPattern: tokenPattern(tokenGrammar),
  isImported: () => false,
}
export const withHeader: CredentialRules = { ...rules, header: 'x-api-key' }
