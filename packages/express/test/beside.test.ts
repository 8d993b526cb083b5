import { createSign, generateKeyPairSync, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { definePermissions, systemActor } from '@claviger/core'
import { testKeyring } from '@claviger/testing'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import type { Express, NextFunction, Request, Response } from 'express'
import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'

const recipes = new URL('beside/', import.meta.url)
const { keyring, token, key } = await testKeyring({
  permissions: definePermissions({ prompts: ['read', 'write'] }),
  grants: ['prompts:read'],
})
const keys = keyring.as(systemActor('ws_test'))
const poor = await keys.create({
  name: 'poor',
  environment: 'development',
  permissions: ['prompts:write'],
  owner: { type: 'user', id: 'ada' },
})
const secret = 's'.repeat(40)
const issuer = 'https://issuer.test/'

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600

function hs256(claims: object): string {
  const unsigned = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iss: issuer, exp: inAnHour, ...claims })}`
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}

/** Makes the application of a recipe, as the guide shows it. */
async function appOf(file: string, parts: object): Promise<Express> {
  const module = (await import(new URL(file, recipes).href)) as {
    createApp: (keyring: unknown, parts: object) => Express
  }
  return module.createApp(keyring, parts)
}

/** What is the same beside every authenticator: keys are ours, good, bad and damaged ones. */
async function expectKeysToWork(app: Express, path: string): Promise<void> {
  const ask = (authorization: string) => request(app).get(path).set('Authorization', authorization)
  const good = await ask(`Bearer ${token}`)
  expect([good.status, good.body]).toEqual([200, { key: key.id, user: null }])
  expect(await codeOf(ask(`Bearer ${poor.token}`))).toEqual([403, 'insufficient_permission'])
  expect(await codeOf(ask(`Bearer "${token}"`))).toEqual([401, 'malformed_key'])
  expect(await codeOf(ask(`Bearer ${token.slice(0, 30)}`))).toEqual([401, 'malformed_key'])
  expect(await codeOf(ask(`Bearer Bearer ${token}`))).toEqual([401, 'malformed_key'])
  expect(await codeOf(ask('Bearer YOUR_API_KEY'))).toEqual([401, 'malformed_key'])
}

async function codeOf(asking: PromiseLike<{ status: number; body: unknown }>): Promise<[number, unknown]> {
  const { status, body } = await asking
  return [status, (body as { code?: unknown }).code]
}

test.each(readdirSync(recipes))('the guide shows the whole of %s', (file) => {
  const guide = readFileSync(new URL('../../../docs/guides/jwt-oauth-sessions.md', import.meta.url), 'utf8')
  expect(guide).toContain(`\`\`\`js\n${readFileSync(new URL(file, recipes), 'utf8')}\`\`\``)
})

describe('passport-jwt', () => {
  const path = `/v1/${key.workspaceId}/prompts`
  let app: Express
  beforeAll(async () => {
    app = await appOf('passport-jwt.mjs', { secret, issuer })
  })
  const asUser = (claims: object) =>
    request(app)
      .get(path)
      .set('Authorization', `Bearer ${hs256({ sub: 'ada', ...claims })}`)

  test('keys are ours', () => expectKeysToWork(app, path))

  test('a JWT passes the same guards', async () => {
    const workspace = key.workspaceId
    await asUser({ workspace, permissions: ['prompts:*'] }).expect(200, { key: null, user: 'ada' })
    expect(await codeOf(asUser({ workspace, permissions: ['prompts:write'] }))).toEqual([
      403,
      'insufficient_permission',
    ])
    expect(await codeOf(asUser({ workspace: 'ws_other', permissions: ['prompts:*'] }))).toEqual([
      403,
      'insufficient_permission',
    ])
    expect(await codeOf(asUser({ workspace, permissions: 'prompts:read' }))).toEqual([500, 'guard_failed'])
  })

  test('a JWT that is expired or forged, and no credential, are refused by passport', async () => {
    await asUser({ exp: 1 }).expect(401, 'Unauthorized')
    await request(app)
      .get(path)
      .set('Authorization', `Bearer ${hs256({ sub: 'ada' }).slice(0, -4)}`)
      .expect(401, 'Unauthorized')
    await request(app).get(path).expect(401, 'Unauthorized')
  })
})

describe("express-oauth2-jwt-bearer, Auth0's", () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const audience = 'https://api.test'
  let app: Express
  beforeAll(async () => {
    const jwks = createServer((_req, res) => {
      res.setHeader('Content-Type', 'application/json')
      res.end(
        JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'RS256', use: 'sig' }] }),
      )
    }).listen(0, '127.0.0.1')
    await once(jwks, 'listening')
    const { port } = jwks.address() as AddressInfo
    app = await appOf('auth0-oauth.mjs', { issuer, audience, jwksUri: `http://127.0.0.1:${port}/jwks` })
    return () => jwks.close()
  })
  const rs256 = (claims: object): string => {
    const all = { iss: issuer, aud: audience, sub: 'ada', iat: inAnHour - 3_600, exp: inAnHour, ...claims }
    const unsigned = `${encoded({ alg: 'RS256', typ: 'at+jwt', kid: '1' })}.${encoded(all)}`
    return `${unsigned}.${createSign('sha256').update(unsigned).sign(privateKey, 'base64url')}`
  }
  const withToken = (text: string) => request(app).get('/v1/prompts').set('Authorization', `Bearer ${text}`)

  test('keys are ours', () => expectKeysToWork(app, '/v1/prompts'))

  test('an access token passes the same guards, by its permissions or its scope', async () => {
    await withToken(rs256({ permissions: ['prompts:read'] })).expect(200, { key: null, user: 'ada' })
    await withToken(rs256({ scope: 'openid prompts:read' })).expect(200, { key: null, user: 'ada' })
    for (const claims of [{}, { scope: '' }, { scope: 'openid' }, { permissions: [] }]) {
      expect(await codeOf(withToken(rs256(claims)))).toEqual([403, 'insufficient_permission'])
    }
  })

  test('a token for another audience, and no credential, are refused by it, with its challenge', async () => {
    const reply = await withToken(rs256({ aud: 'https://other.test' })).expect(401, { error: 'invalid_token' })
    expect(reply.headers['www-authenticate']).toMatch(/^Bearer realm="api", error="invalid_token"/)
    await request(app).get('/v1/prompts').expect(401)
  })
})

describe('express-session', () => {
  const loginAs =
    (user: { readonly id: string; readonly permissions: readonly string[] }) =>
    (req: Request, res: Response): void => {
      Object.assign((req as unknown as { session: object }).session, { user })
      res.json({ user: user.id })
    }
  const login = loginAs({ id: 'ada', permissions: ['prompts:read'] })

  test('keys are ours, also beside a session, and open none', async () => {
    const app = await appOf('session.mjs', { secret, login })
    await expectKeysToWork(app, '/v1/prompts')
    const [cookie = ''] = (await request(app).post('/login').expect(200)).get('Set-Cookie') ?? []
    const both = request(app).get('/v1/prompts').set('Cookie', cookie).set('Authorization', `Bearer ${token}`)
    await both.expect(200, { key: key.id, user: null })
    const revoked = request(app)
      .get('/v1/prompts')
      .set('Cookie', cookie)
      .set('Authorization', `Bearer ${token.slice(0, 30)}`)
    expect(await codeOf(revoked)).toEqual([401, 'malformed_key'])
  })

  test('a session passes the same guards; without one the application answers', async () => {
    const app = await appOf('session.mjs', { secret, login })
    await request(app).get('/v1/prompts').expect(401, { error: 'Sign in first.' })
    const [cookie = ''] = (await request(app).post('/login').expect(200)).get('Set-Cookie') ?? []
    await request(app).get('/v1/prompts').set('Cookie', cookie).expect(200, { key: null, user: 'ada' })
    const poorApp = await appOf('session.mjs', { secret, login: loginAs({ id: 'bob', permissions: [] }) })
    const [poorCookie = ''] = (await request(poorApp).post('/login').expect(200)).get('Set-Cookie') ?? []
    expect(await codeOf(request(poorApp).get('/v1/prompts').set('Cookie', poorCookie))).toEqual([
      403,
      'insufficient_permission',
    ])
  })
})

describe('an MCP server', () => {
  const verifier = {
    async verifyAccessToken(text: string) {
      if (!text.startsWith('oauth-')) throw new InvalidTokenError('Unknown token')
      return {
        token: text,
        clientId: 'an app',
        scopes: text === 'oauth-reader' ? ['prompts:read'] : [],
        expiresAt: inAnHour,
      }
    },
  }
  const resourceMetadataUrl = 'https://api.test/.well-known/oauth-protected-resource'
  let app: Express
  beforeAll(async () => {
    app = await appOf('mcp.mjs', { verifier, resourceMetadataUrl })
  })
  const call = (text?: string) => {
    const asking = request(app).post('/mcp').set('Accept', 'application/json, text/event-stream')
    if (text !== undefined) asking.set('Authorization', `Bearer ${text}`)
    return asking.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoami', arguments: {} } })
  }
  const callerOf = (body: unknown): unknown =>
    (body as { result?: { content?: { text?: unknown }[] } }).result?.content?.[0]?.text

  test('takes an OAuth token or a key, and tools see who calls', async () => {
    expect(callerOf((await call('oauth-reader').expect(200)).body)).toBe('an app')
    expect(callerOf((await call(token).expect(200)).body)).toBe(key.id)
  })

  test('tells clients without a token where to get one, and those with a bad key what is wrong', async () => {
    const reply = await call().expect(401)
    expect(reply.headers['www-authenticate']).toContain(`resource_metadata="${resourceMetadataUrl}"`)
    await call('of-another-issuer').expect(401)
    expect(await codeOf(call(`"${token}"`))).toEqual([401, 'malformed_key'])
  })

  test('asks both for the same permission', async () => {
    expect(await codeOf(call('oauth-stranger'))).toEqual([403, 'insufficient_permission'])
    expect(await codeOf(call(poor.token))).toEqual([403, 'insufficient_permission'])
  })
})

describe("Clerk's middleware, as documented", () => {
  interface ClerkAuth {
    readonly isAuthenticated: boolean
    readonly userId: string | null
    readonly orgId?: string | null
    readonly orgRole?: string | null
  }
  const users: Readonly<Record<string, ClerkAuth>> = {
    admin: { isAuthenticated: true, userId: 'user_1', orgId: key.workspaceId, orgRole: 'org:admin' },
    alone: { isAuthenticated: true, userId: 'user_2', orgId: null, orgRole: null },
    elsewhere: { isAuthenticated: true, userId: 'user_3', orgId: 'org_2', orgRole: 'org:member' },
  }
  // It lets everyone pass and puts a function on the request, which `getAuth` calls.
  const clerk = {
    clerkMiddleware: () => (req: Request, _res: Response, next: NextFunction) => {
      const [, name = ''] = /__session=(\w+)/.exec(req.headers.cookie ?? '') ?? []
      Object.assign(req, { auth: () => users[name] ?? { isAuthenticated: false, userId: null } })
      next()
    },
    getAuth: (req: unknown) => (req as { auth: () => ClerkAuth }).auth(),
  }
  const path = `/v1/${key.workspaceId}/prompts`

  test('keys are ours; members of the organisation pass the same guards', async () => {
    const app = await appOf('clerk.mjs', clerk)
    await expectKeysToWork(app, path)
    const as = (name: string) => request(app).get(path).set('Cookie', `__session=${name}`)
    await as('admin').expect(200, { key: null, user: 'user_1' })
    await as('stranger').expect(401, { error: 'Sign in first.' })
    expect(await codeOf(as('alone'))).toEqual([403, 'insufficient_permission'])
    expect(await codeOf(as('elsewhere'))).toEqual([403, 'insufficient_permission'])
    await request(app)
      .get(path)
      .set('Cookie', '__session=admin')
      .set('Authorization', `Bearer ${token}`)
      .expect(200, { key: key.id, user: null })
  })
})

describe("express-openid-connect, Auth0's, as documented", () => {
  // `auth()` puts `req.oidc` on the request; `requiresAuth()` sends browsers to the login page.
  const auth0 = {
    login: () => (req: Request, _res: Response, next: NextFunction) => {
      const isIn = req.headers.cookie === 'appSession=1'
      Object.assign(req, {
        oidc: { isAuthenticated: () => isIn, user: isIn ? { sub: 'ada', permissions: ['prompts:read'] } : undefined },
      })
      next()
    },
    requiresAuth: () => (req: Request & { oidc?: { isAuthenticated(): boolean } }, res: Response, next: NextFunction) =>
      req.oidc?.isAuthenticated() === true ? next() : res.redirect('https://issuer.test/authorize'),
  }

  test('keys are ours; a browser logs in, and passes the same guards', async () => {
    const app = await appOf('auth0-login.mjs', auth0)
    await expectKeysToWork(app, '/v1/prompts')
    await request(app).get('/v1/prompts').expect(302)
    await request(app).get('/v1/prompts').set('Cookie', 'appSession=1').expect(200, { key: null, user: 'ada' })
  })
})
