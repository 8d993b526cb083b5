import { createKeyring, definePermissions } from '@claviger/core'
import { apiKeyAuth, apiKeyOf } from '@claviger/koa'
import { memoryStore } from '@claviger/store-memory'
import { Router } from '@koa/router'
import Koa, { type Middleware } from 'koa'
import { expectTypeOf } from 'vitest'
import type { ApiKey } from '@claviger/core'

// Compiled by `tsc -p tsconfig.tests.json`, never run.

const keyring = createKeyring({
  prefix: 'acme',
  store: memoryStore(),
  permissions: definePermissions({ prompts: ['read', 'list'] }),
  owners: 'unbounded',
})
const auth = apiKeyAuth(keyring, {
  header: 'X-API-Key',
  onDenied(denial, ctx) {
    ctx.body = denial.problem
  },
})
const app = new Koa()
const router = new Router()

app.use(auth.authenticate({ optional: true }))
app.use((ctx) => {
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<ApiKey | undefined>()
  expectTypeOf(apiKeyOf(ctx)).toEqualTypeOf<ApiKey>()
  ctx.body = ctx.state.apiKey?.permissions
})
declare const jwt: Middleware
app.use(
  auth.either(jwt, { permissionsOf: (ctx) => (ctx.state as { user: { permissions: string[] } }).user.permissions }),
)
app.use(auth.either(jwt, { permissionsOf: async () => null, workspace: () => 'ws_acme' }))
app.use(auth.either(async (_ctx, next) => next()))
// @ts-expect-error one text is no list
auth.either(jwt, { permissionsOf: () => 'prompts:read' })
router.get('/v1/prompts', auth.require('prompts:read', 'keys:manage'), auth.requireAny('prompts:list'), (ctx) => {
  expectTypeOf(ctx.state.apiKey).toEqualTypeOf<ApiKey | undefined>()
})
router.get(
  '/v1/ws/:ws/prompts',
  auth.workspace((ctx) => ctx.params.ws),
  auth.environment('production'),
  auth.check((apiKey, ctx) => apiKey.name === ctx.query.name),
  (ctx) => {
    expectTypeOf(ctx.params.ws).toEqualTypeOf<string | undefined>()
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
