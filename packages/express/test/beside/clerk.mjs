import { apiKeyAuth } from '@claviger/express'
import express from 'express'

// import { clerkMiddleware, getAuth } from '@clerk/express'
export function createApp(keyring, { clerkMiddleware, getAuth }) {
  const auth = apiKeyAuth(keyring)
  const permissionsOfRole = { 'org:admin': ['prompts:*'], 'org:member': ['prompts:read'] }
  const signedIn = (req, res, next) =>
    getAuth(req).isAuthenticated ? next() : res.status(401).json({ error: 'Sign in first.' })

  const app = express()
  app.use(clerkMiddleware())
  app.use(
    '/v1',
    auth.either(signedIn, {
      permissionsOf: (req) => permissionsOfRole[getAuth(req).orgRole] ?? [],
      workspace: (req) => getAuth(req).orgId ?? null,
    }),
  )
  app.get(
    '/v1/:ws/prompts',
    auth.workspace((req) => req.params.ws),
    auth.require('prompts:read'),
    (req, res) => {
      res.json({ key: req.apiKey?.id ?? null, user: req.apiKey ? null : getAuth(req).userId })
    },
  )
  return app
}
