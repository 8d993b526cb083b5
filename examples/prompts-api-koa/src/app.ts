import type { Keyring } from '@claviger/core'
import { contextFileOf, keyPage, type Permission, promptOf, promptsOf } from '@claviger/example-console-demo/prompts'
import { apiKeyAuth, apiKeyOf, mount } from '@claviger/koa'
import { Router } from '@koa/router'
import Koa from 'koa'

/** The prompts API as a Koa application. The tenant comes from the key, never from the request. */
export function createApp(keyring: Keyring<Permission>, url = 'http://127.0.0.1:3000'): Koa {
  const auth = apiKeyAuth(keyring)
  const app = new Koa()
  const router = new Router({ prefix: '/v1' })

  router.get('/prompts', auth.require('prompts:list'), (ctx) => {
    ctx.body = { prompts: promptsOf(apiKeyOf(ctx).workspaceId) }
  })

  router.get('/prompts/:id', auth.require('prompts:read'), (ctx) => {
    const prompt = promptOf(apiKeyOf(ctx).workspaceId, ctx.params.id ?? '')
    ctx.status = prompt === undefined ? 404 : 200
    ctx.body = prompt ?? { code: 'not_found' }
  })

  router.get('/context/:file', auth.require('context:download'), async (ctx) => {
    const text = await contextFileOf(apiKeyOf(ctx).workspaceId, ctx.params.file ?? '')
    ctx.status = text === undefined ? 404 : 200
    if (text !== undefined) ctx.type = 'text/markdown'
    ctx.body = text ?? { code: 'not_found' }
  })

  // For clients that name their workspace: a key of another one is refused.
  router.get(
    '/ws/:ws/prompts',
    auth.workspace((ctx) => ctx.params.ws),
    auth.require('prompts:list'),
    (ctx) => {
      ctx.body = { prompts: promptsOf(apiKeyOf(ctx).workspaceId) }
    },
  )

  // There are no sessions here: everyone on this machine is Ada. Ask your own session instead.
  app.use(mount(keyPage(keyring, url), { prefix: '/settings/api-keys' }))
  app.use(auth.authenticate())
  app.use(router.routes())
  return app
}
