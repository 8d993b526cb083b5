import { apiKeyAuth } from '@claviger/express'
import express from 'express'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'

export function createApp(keyring, { secret, issuer }) {
  const verify = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey: secret,
    algorithms: ['HS256'],
    issuer,
  }
  passport.use(
    new Strategy(verify, ({ sub, workspace, permissions = [] }, done) =>
      done(null, { id: sub, workspace, permissions }),
    ),
  )
  const jwt = passport.authenticate('jwt', { session: false })

  const auth = apiKeyAuth(keyring)
  const app = express()
  app.use(
    '/v1',
    auth.either(jwt, { permissionsOf: (req) => req.user.permissions, workspace: (req) => req.user.workspace }),
  )
  app.get(
    '/v1/:ws/prompts',
    auth.workspace((req) => req.params.ws),
    auth.require('prompts:read'),
    (req, res) => {
      res.json({ key: req.apiKey?.id ?? null, user: req.user?.id ?? null })
    },
  )
  return app
}
