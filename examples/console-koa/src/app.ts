import { randomBytes } from 'node:crypto'
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
import { mount } from '@claviger/koa'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import session from 'koa-session'

/** A small product: people sign in, work in a workspace, and manage their API keys in its settings. */
export function createApp(keyring: Keyring<Permission>): Koa {
  const app = new Koa()
  app.keys = [randomBytes(32).toString('base64url')]
  app.use(session({ key: 'session', sameSite: 'lax' }, app))
  app.use(
    mount(
      createKeyPage(keyring, (ctx) => visitorOf(ctx as Koa.Context)),
      { prefix: '/settings/api-keys' },
    ),
  )
  app.use(bodyParser())
  app.use((ctx) => {
    switch (`${ctx.method} ${ctx.path}`) {
      case 'GET /':
        return home(ctx)
      case 'GET /docs':
        ctx.body = docsPage()
        return
      case 'GET /sign-in':
        ctx.body = signInPage(members)
        return
      case 'POST /sign-in':
        return signIn(ctx)
      case 'POST /sign-out':
        ctx.session = null
        return ctx.redirect('/sign-in')
      default:
        ctx.status = 404
    }
  })
  return app
}

function home(ctx: Koa.Context): void {
  const { userId = '', workspaceId = '' } = visitorOf(ctx)
  const member = memberOf(workspaceId, userId)
  if (member === undefined) ctx.redirect('/sign-in')
  else ctx.body = homePage(member)
}

/** No passwords: the example is about what comes after them. */
function signIn(ctx: Koa.Context): void {
  const { member: chosen = '' } = (ctx.request.body ?? {}) as { member?: unknown }
  const [workspaceId = '', userId = ''] = String(chosen).split('/')
  const member = memberOf(workspaceId, userId)
  if (member === undefined) {
    ctx.status = 400
    ctx.body = signInPage(members)
    return
  }
  Object.assign(ctx.session ?? {}, { userId: member.id, workspaceId: member.workspaceId })
  ctx.redirect('/settings/api-keys')
}

function visitorOf({ session, ip }: Koa.Context): Visitor {
  const { userId, workspaceId } = (session ?? {}) as Partial<Visitor>
  return { userId, workspaceId, ip }
}
