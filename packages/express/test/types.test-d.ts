import { createKeyring, definePermissions } from '@claviger/core'
import { apiKeyAuth, apiKeyOf } from '@claviger/express'
import { memoryStore } from '@claviger/store-memory'
import express, { type RequestHandler } from 'express'
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

declare const jwt: RequestHandler
declare const anything: any // oxlint-disable-line typescript/no-explicit-any
app.use(
  '/v1',
  auth.either(jwt, { permissionsOf: (req) => req.get('x')?.split(' ') ?? null, workspace: () => ['ws_acme'] }),
)
app.use('/v1', auth.either(anything), auth.either(express.Router()), auth.either(auth.authenticate()))
app.use(auth.either(async (req, res, next) => (req.ip === undefined ? res.sendStatus(401) : next())))
app.use(auth.authenticate({ otherBearer: 'pass' }), auth.authenticate({ otherBearer: (text) => text.startsWith('x') }))
app.use(
  auth.check(
    (apiKey) => apiKey.name === 'x',
    async (req) => req.ip === '::1',
  ),
)
// @ts-expect-error one text is no list
auth.either(jwt, { permissionsOf: () => 'prompts:read' })
// @ts-expect-error undefined is not null
auth.either(jwt, { permissionsOf: () => undefined })
// @ts-expect-error an unknown option
auth.either(jwt, { permissions: () => [] })
// @ts-expect-error nothing to ask
auth.either()
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
