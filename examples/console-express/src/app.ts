import type { Keyring } from '@claviger/core'
import {
  createKeyPage,
  docsPage,
  homePage,
  memberOf,
  members,
  type Permission,
  signInPage,
  type Visitor,
} from '@claviger/example-console-demo'
import { mount } from '@claviger/express'
import express, { type Express, type Request } from 'express'
import session from 'express-session'
import { randomBytes } from 'node:crypto'

declare module 'express-session' {
  interface SessionData {
    userId: string
    workspaceId: string
  }
}

/** A small product: people sign in, work in a workspace, and manage their API keys in its settings. */
export function createApp(keyring: Keyring<Permission>): Express {
  const app = express()
  app.use(
    session({
      secret: randomBytes(32).toString('base64url'),
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax' },
    }),
  )

  app.get('/', (req, res) => {
    const { userId = '', workspaceId = '' } = req.session
    const member = memberOf(workspaceId, userId)
    if (member === undefined) res.redirect('/sign-in')
    else res.send(homePage(member))
  })
  app.get('/docs', (_req, res) => void res.send(docsPage()))
  app.get('/sign-in', (_req, res) => void res.send(signInPage(members)))
  // No passwords: the example is about what comes after them.
  app.post('/sign-in', express.urlencoded({ extended: false }), (req, res, next) => {
    const { member: chosen = '' } = (req.body ?? {}) as { member?: unknown }
    const [workspaceId = '', userId = ''] = String(chosen).split('/')
    const member = memberOf(workspaceId, userId)
    if (member === undefined) return void res.status(400).send(signInPage(members))
    // A new session: what was known of the visitor before is not carried over.
    req.session.regenerate((error) => {
      if (error) return next(error)
      req.session.userId = member.id
      req.session.workspaceId = member.workspaceId
      res.redirect('/settings/api-keys')
    })
  })
  app.post('/sign-out', (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.redirect('/sign-in')))
  })

  app.use('/settings/api-keys', mount(createKeyPage(keyring, (req) => visitorOf(req as Request))))
  return app
}

function visitorOf({ session: { userId, workspaceId }, ip }: Request): Visitor {
  return { userId, workspaceId, ip }
}
