import type { Keyring } from '@claviger/core'
import { contextFileOf, keyPage, type Permission, promptOf, promptsOf } from '@claviger/example-console-demo/prompts'
import { apiKeyAuth, apiKeyOf, mount } from '@claviger/express'
import express, { type Express } from 'express'

/** The prompts API as an Express application. The tenant comes from the key, never from the request. */
export function createApp(keyring: Keyring<Permission>, url = 'http://127.0.0.1:3000'): Express {
  const auth = apiKeyAuth(keyring)
  const app = express()

  app.use('/v1', auth.authenticate())

  app.get('/v1/prompts', auth.require('prompts:list'), (req, res) => {
    res.json({ prompts: promptsOf(apiKeyOf(req).workspaceId) })
  })

  app.get('/v1/prompts/:id', auth.require('prompts:read'), (req, res) => {
    const prompt = promptOf(apiKeyOf(req).workspaceId, req.params.id)
    if (prompt === undefined) res.status(404).json({ code: 'not_found' })
    else res.json(prompt)
  })

  // oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 hands what it throws to the error handler.
  app.get('/v1/context/:file', auth.require('context:download'), async (req, res) => {
    const text = await contextFileOf(apiKeyOf(req).workspaceId, req.params.file)
    if (text === undefined) res.status(404).json({ code: 'not_found' })
    else res.type('text/markdown').send(text)
  })

  // For clients that name their workspace: a key of another one is refused.
  app.get(
    '/v1/ws/:ws/prompts',
    auth.workspace((req) => req.params.ws),
    auth.require('prompts:list'),
    (req, res) => {
      res.json({ prompts: promptsOf(apiKeyOf(req).workspaceId) })
    },
  )

  // There are no sessions here: everyone on this machine is Ada. Ask your own session instead.
  app.use('/settings/api-keys', mount(keyPage(keyring, url)))

  return app
}
