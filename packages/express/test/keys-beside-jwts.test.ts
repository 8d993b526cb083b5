import { definePermissions } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { testKeyring } from '@claviger/testing'
import express, { type Express, type RequestHandler } from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import request from 'supertest'
import { describe, expect, test } from 'vitest'

const { keyring, token, key } = await testKeyring({
  permissions: definePermissions({ prompts: ['read', 'write'] }),
  grants: ['prompts:read'],
})
const auth = apiKeyAuth(keyring)
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'
const ofSession: RequestHandler = (req, res, next) => {
  if (req.headers.authorization === `Bearer ${jwt}`) next()
  else res.status(401).json({ by: 'session' })
}

// As docs/guides/http.md has it.
const isKey = /^(bearer +)?test_/i
const either =
  (forKeys: RequestHandler, other: RequestHandler): RequestHandler =>
  (req, res, next) =>
    (isKey.test(req.headers.authorization ?? '') ? forKeys : other)(req, res, next)

describe.each([
  ['Express 5', express],
  ['Express 4', untypedExpress4 as () => Express],
] as const)('keys beside the JWTs of a front end, %s', (_, make) => {
  const app = make()
  app.use(either(auth.authenticate(), ofSession))
  app.get(
    '/',
    either(auth.require('prompts:read'), ofSession),
    (req, res) => void res.json({ key: req.apiKey?.id ?? null }),
  )
  app.get('/write', either(auth.require('prompts:write'), ofSession), (_req, res) => void res.json({}))

  test('both pass, each by its own middleware', async () => {
    await request(app).get('/').set('Authorization', `Bearer ${jwt}`).expect(200, { key: null })
    await request(app).get('/').set('Authorization', `Bearer ${token}`).expect(200, { key: key.id })
  })

  test('what begins like a key is refused as one, however broken it is', async () => {
    for (const broken of [`Bearer ${token.slice(0, -1)}`, `bearer   ${token}x`, token, `TEST_${token.slice(5)}`]) {
      const { status, body } = await request(app).get('/').set('Authorization', broken)
      expect([status, (body as { code?: string }).code]).toEqual([
        401,
        expect.stringMatching(/^(malformed_key|missing_credentials)$/),
      ])
    }
  })

  test('what is neither is refused by the other', async () => {
    for (const value of ['Bearer x', 'Basic dXNlcjpwYXNz', 'Token abc']) {
      await request(app).get('/').set('Authorization', value).expect(401, { by: 'session' })
    }
    await request(app).get('/').expect(401, { by: 'session' })
  })

  test('guards go by the one that came', async () => {
    await request(app).get('/write').set('Authorization', `Bearer ${token}`).expect(403)
    await request(app).get('/write').set('Authorization', `Bearer ${jwt}`).expect(200)
  })
})
