import { createKeyring, definePermissions } from '@claviger/core'
import { apiKeyAuth, apiKeyOf } from '@claviger/express'
import { memoryStore } from '@claviger/store-memory'
import express from 'express'
import { expectTypeOf } from 'vitest'
import type { ApiKey } from '@claviger/core'

// Compiled by `tsc -p tsconfig.tests.json`, never run.

const keyring = createKeyring({
  prefix: 'acme',
  store: memoryStore(),
  permissions: definePermissions({ prompts: ['read', 'list'] }),
  owners: 'unbounded',
})
const auth = apiKeyAuth(keyring, { header: 'X-API-Key', onDenied: (denial, { res }) => void res.json(denial.problem) })
const app = express()

app.use('/v1', auth.authenticate({ optional: true }))
app.get('/v1/prompts', auth.require('prompts:read', 'keys:manage'), auth.requireAny('prompts:list'), (req, res) => {
  expectTypeOf(req.apiKey).toEqualTypeOf<ApiKey | undefined>()
  expectTypeOf(apiKeyOf(req)).toEqualTypeOf<ApiKey>()
  res.json(req.apiKey?.permissions)
})
app.get(
  '/v1/ws/:ws/prompts',
  auth.workspace((req) => req.params.ws),
  auth.environment('production'),
  auth.check((apiKey, req) => apiKey.name === req.query.name),
  (req, res) => {
    expectTypeOf(req.params.ws).toEqualTypeOf<string>()
    res.end()
  },
)

// @ts-expect-error a misspelt permission
auth.require('prompts:raed')
// @ts-expect-error a misspelt permission among others
auth.requireAny('prompts:read', 'prompt:list')
// @ts-expect-error no permission at all
auth.require()
// @ts-expect-error no environment at all
auth.environment()
// @ts-expect-error an unknown option
auth.authenticate({ passthrough: true })
// @ts-expect-error a check that does not decide
auth.check((apiKey) => apiKey.name)
// @ts-expect-error the factory is no middleware
app.use(apiKeyAuth)
// @ts-expect-error nor is its result
app.use(auth)
