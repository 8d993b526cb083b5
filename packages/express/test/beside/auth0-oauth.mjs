import { apiKeyAuth } from '@claviger/express'
import express from 'express'
import { auth as oauth } from 'express-oauth2-jwt-bearer'

export function createApp(keyring, { issuer, jwksUri, audience }) {
  const auth = apiKeyAuth(keyring)
  const accessToken = oauth({ issuer, jwksUri, audience })
  const app = express()
  app.use(
    '/v1',
    auth.either(accessToken, {
      // With Auth0's RBAC they are in `permissions`; other issuers write them into one text, `scope`.
      permissionsOf: ({ auth: { payload } }) => payload.permissions ?? (payload.scope ?? '').split(' '),
      workspace: ({ auth: { payload } }) => payload.org_id ?? null,
    }),
  )
  app.get('/v1/prompts', auth.require('prompts:read'), (req, res) => {
    res.json({ key: req.apiKey?.id ?? null, user: req.auth?.payload.sub ?? null })
  })
  // It passes its errors on, with `status` and `headers`.
  app.use((error, _req, res, _next) =>
    res
      .status(error.status ?? 500)
      .set(error.headers ?? {})
      .json({ error: error.code }),
  )
  return app
}
