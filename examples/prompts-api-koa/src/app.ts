import type { Keyring } from '@claviger/core'
import { apiKeyAuth } from '@claviger/koa'
import { Router } from '@koa/router'
import Koa, { type DefaultState } from 'koa'
import type { Permission } from './keyring.ts'
import { contextFileOf, promptOf, promptsOf } from './prompts.ts'

/** The prompts API as a Koa application. */
export function createApp(keyring: Keyring<Permission>): Koa {
  const auth = apiKeyAuth(keyring)
  const app = new Koa()
  const router = new Router({ prefix: '/v1' })

  router.get('/prompts', auth.require('prompts:list'), (ctx) => {
    ctx.body = { prompts: promptsOf(workspaceOf(ctx.state)) }
  })

  router.get('/prompts/:id', auth.require('prompts:read'), (ctx) => {
    const prompt = promptOf(workspaceOf(ctx.state), ctx.params.id ?? '')
    ctx.status = prompt === undefined ? 404 : 200
    ctx.body = prompt ?? { code: 'not_found' }
  })

  router.get('/context/:file', auth.require('context:download'), async (ctx) => {
    const text = await contextFileOf(workspaceOf(ctx.state), ctx.params.file ?? '')
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
      ctx.body = { prompts: promptsOf(workspaceOf(ctx.state)) }
    },
  )

  app.use(auth.authenticate())
  app.use(router.routes())
  return app
}

/** The tenant comes from the key, never from the request. */
function workspaceOf({ apiKey }: DefaultState): string {
  if (apiKey === undefined) throw new Error('This route is not behind auth.authenticate().')
  return apiKey.workspaceId
}
