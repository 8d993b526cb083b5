import type { RequestListener } from 'node:http'
import type { Keyring } from '@claviger/core'
import { apiKeyAuth as expressAuth } from '@claviger/express'
import { apiKeyAuth as koaAuth } from '@claviger/koa'
import express from 'express'
import Koa from 'koa'
import type { Permission } from './keyring.ts'

// Both answer with the instant at which the request was let through.

/** One route on Express. */
export function expressApp(keyring: Keyring<Permission>): RequestListener {
  const auth = expressAuth(keyring)
  const app = express()
  app.get('/status', auth.authenticate(), auth.require('status:read'), (_req, res) => {
    res.json({ acceptedAt: Date.now() })
  })
  return app
}

/** The same on Koa. */
export function koaApp(keyring: Keyring<Permission>): RequestListener {
  const auth = koaAuth(keyring)
  const app = new Koa()
  app.use(auth.authenticate())
  app.use(auth.require('status:read'))
  app.use((ctx) => {
    ctx.body = { acceptedAt: Date.now() }
  })
  const handle = app.callback()
  return (req, res) => void handle(req, res)
}
