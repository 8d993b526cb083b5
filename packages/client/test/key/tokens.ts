import { testKeyring } from '@claviger/testing'

/** Tokens that a real keyring with the prefix `acme` has made. */
export async function acmeTokens(): Promise<{
  production: string
  ci: string
  parse: (text: string) => Promise<string>
}> {
  const { keyring, issue } = await testKeyring({ keyring: { prefix: 'acme' } })
  const { token: production } = await issue({ environment: 'production' })
  const { token: ci } = await issue({ environment: 'ci' })
  return {
    production,
    ci,
    parse: async (text) => {
      const verification = await keyring.verify(text)
      if (verification.ok) return 'ok'
      return 'hint' in verification && typeof verification.hint === 'string' ? verification.hint : verification.code
    },
  }
}
