import { describe, expect, test } from 'vitest'
import { hovers } from '../src/hover.ts'

// What an editor shows over a name is what most people read: a type that says its name, and the sentence behind it.

/** A mark stands before each name; what is expected over them is below, in this order. */
const code = `
import { apiKeyFromEnv, createFetch, isApiClientError } from '@claviger/client'
const ^^key = ^^apiKeyFromEnv('ACME_API_KEY', { prefix: 'acme' })
const ^^api = ^^createFetch({ ^^apiKey: key, ^^baseUrl: 'https://api.acme.example/v1', ^^retry: false })
export async function run(): Promise<void> {
  try {
    const ^^response = await api('/prompts')
    console.log(response)
  } catch (error) {
    if (!isApiClientError(error)) throw error
    if (error.code === 'rate_limited') console.log(^^error.^^retryAfterMs)
    if (error.code === 'permission_denied') console.log(^^error.problem?.^^requiredPermissions)
    if (error.code === 'api_key_unusable') console.log(^^error.^^mistake)
  }
}
export const ^^bare = 1
`

const expected: readonly (readonly [signature: string, documentation: RegExp])[] = [
  ['const key: HiddenApiKey', /^$/],
  [
    '(alias) apiKeyFromEnv(variable: string, options?: ApiKeyFromEnvOptions): HiddenApiKey',
    /^Reads an API key from an environment variable, checks it and hides it\./,
  ],
  ['const api: ApiFetch', /^$/],
  ['(alias) createFetch(options: FetchOptions): ApiFetch', /^Makes a `fetch` for one API\./],
  [
    '(property) FetchOptions.apiKey: string | HiddenApiKey',
    /^From `apiKeyFromEnv`\. A text works too and is not recommended/,
  ],
  ['(property) FetchOptions.baseUrl: string | URL', /^Where the API is, with its path: `https:/],
  [
    '(property) FetchOptions.retry?: false | RetryOptions | undefined',
    /^What is sent again after 429 and 503, as `Retry-After` says\./,
  ],
  ['const response: Response', /^$/],
  ['(local var) error: RateLimitedError', /^$/],
  ['(property) DeniedError.retryAfterMs: number | undefined', /^From `Retry-After`, in milliseconds/],
  ['(local var) error: PermissionDeniedError', /^$/],
  [
    '(property) Problem.requiredPermissions: readonly string[] | undefined',
    /^The permissions that the request takes\./,
  ],
  ['(local var) error: ApiKeyError', /^$/],
  ['(property) ApiKeyError.mistake: ApiKeyMistake', /^What is wrong with the text\./],
  ['const bare: 1', /^$/],
]

describe('an editor shows', () => {
  const shown = hovers(code)

  test('something over every name that is marked here', () => {
    expect(shown).toHaveLength(expected.length)
  })

  test.each(expected.map(([signature, documentation], index) => ({ signature, documentation, index })))(
    '$signature, and what its docstring says',
    ({ signature, documentation, index }) => {
      expect(shown[index]?.signature.split('\nimport ')[0]).toBe(signature)
      expect(shown[index]?.documentation).toMatch(documentation)
    },
  )
})
