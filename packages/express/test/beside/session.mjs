import { apiKeyAuth } from '@claviger/express'
import express from 'express'
import session from 'express-session'

export function createApp(keyring, { secret, store, login }) {
  const auth = apiKeyAuth(keyring)
  const signedIn = (req, res, next) => (req.session.user ? next() : res.status(401).json({ error: 'Sign in first.' }))

  const app = express()
  app.use(session({ secret, store, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
  app.post('/login', login) // it sets req.session.user
  app.use('/v1', auth.either(signedIn, { permissionsOf: (req) => req.session.user.permissions }))
  app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
    res.json({ key: req.apiKey?.id ?? null, user: req.apiKey ? null : req.session.user.id })
  })
  return app
}
