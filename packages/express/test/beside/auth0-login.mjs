import { apiKeyAuth } from '@claviger/express'
import express from 'express'

// import { auth as login, requiresAuth } from 'express-openid-connect'
export function createApp(keyring, { login, requiresAuth }) {
  const auth = apiKeyAuth(keyring)
  const app = express()
  app.use(login({ authRequired: false }))
  app.use('/v1', auth.either(requiresAuth(), { permissionsOf: (req) => req.oidc.user.permissions ?? [] }))
  app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
    res.json({ key: req.apiKey?.id ?? null, user: req.apiKey ? null : req.oidc.user.sub })
  })
  return app
}
