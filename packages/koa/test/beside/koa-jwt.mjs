import { apiKeyAuth } from '@claviger/koa'
import { Router } from '@koa/router'
import Koa from 'koa'
import jwt from 'koa-jwt'

export function createApp(keyring, { secret, issuer }) {
  const auth = apiKeyAuth(keyring)
  const router = new Router()
  router.get('/v1/prompts', auth.require('prompts:read'), (ctx) => {
    ctx.body = { key: ctx.state.apiKey?.id ?? null, user: ctx.state.user?.sub ?? null }
  })
  const app = new Koa()
  app.use(
    auth.either(jwt({ secret, algorithms: ['HS256'], issuer }), {
      permissionsOf: (ctx) => ctx.state.user.permissions ?? [],
    }),
  )
  app.use(router.routes())
  return app
}
