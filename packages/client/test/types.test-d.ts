import {
  type AnyApiClientError,
  apiKey,
  apiKeyFromEnv,
  type ApiFetch,
  type ClientErrorCode,
  createFetch,
  type HiddenApiKey,
  isApiClientError,
  type RateLimitedError,
  type RequestRefusal,
} from '@claviger/client'
import { usersGuide } from '@claviger/client/docs'
import { testClock } from '@claviger/testing'
import { definePermissions } from '@claviger/core'
import { expectTypeOf } from 'vitest'

// Compiled by `tsc -p tsconfig.tests.json`, never run.

expectTypeOf(apiKeyFromEnv('ACME_API_KEY', { prefix: ['acme', 'old'] })).toEqualTypeOf<HiddenApiKey>()
expectTypeOf(apiKey('text')).toEqualTypeOf<HiddenApiKey>()

const api = createFetch({
  apiKey: apiKeyFromEnv('ACME_API_KEY'),
  baseUrl: new URL('https://api.acme.example'),
  retry: { retries: 5 },
  // The test clock of `@claviger/testing` fits.
  clock: testClock(),
  onExpiring: ({ expiresAt }) => void expectTypeOf(expiresAt).toEqualTypeOf<Date>(),
})
expectTypeOf(api).toEqualTypeOf<ApiFetch>()
expectTypeOf(api('/prompts')).resolves.toEqualTypeOf<Response>()

// It goes where a fetch is wanted, and one in place of another.
export const likeFetch: typeof globalThis.fetch = api
createFetch({ apiKey: 'text', baseUrl: 'https://api.acme.example', fetch: api, retry: false })

// @ts-expect-error: there is no default API
createFetch({ apiKey: 'text' })
// @ts-expect-error: a hidden key is not a text
export const header: string = apiKeyFromEnv('ACME_API_KEY')

export function told(error: unknown): void {
  if (!isApiClientError(error)) return
  expectTypeOf(error).toEqualTypeOf<AnyApiClientError>()
  const code: ClientErrorCode = error.code
  expectTypeOf(code).toBeString()
  if (error.code === 'rate_limited') {
    expectTypeOf(error).toEqualTypeOf<RateLimitedError>()
    expectTypeOf(error.retryAfterMs).toEqualTypeOf<number | undefined>()
  }
  if (error.code === 'permission_denied') {
    expectTypeOf(error.problem?.requiredPermissions).toEqualTypeOf<readonly string[] | undefined>()
  }
  if (error.code === 'request_refused') expectTypeOf(error.refusal).toEqualTypeOf<RequestRefusal>()
}

const permissions = definePermissions({ prompts: ['read'] })
expectTypeOf(
  usersGuide({
    product: 'Acme',
    baseUrl: 'https://api.acme.example',
    prefix: 'acme',
    // As a keyring's host declares them.
    permissions: permissions.names,
    environments: ['production', { name: 'ci', description: 'builds' }],
  }),
).toEqualTypeOf<string>()
