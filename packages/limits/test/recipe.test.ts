import { createKeyring, definePermissions, hmacSha256, systemActor } from '@claviger/core'
import { apiKeyAuth } from '@claviger/express'
import { memoryStore } from '@claviger/store-memory'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import supertest from 'supertest'
import { expect, test } from 'vitest'
import { memoryLimiter } from '../src/index.ts'

test('express-rate-limit in front stops clients by address, and the limit of a key holds behind it', async () => {
  const keyring = createKeyring({
    prefix: 'acme',
    store: memoryStore(),
    permissions: definePermissions({ prompts: ['read'] }),
    owners: 'unbounded',
    hasher: hmacSha256({ pepper: 'a pepper of thirty-two characters' }),
  })
  const { token } = await keyring.as(systemActor('ws')).create({
    name: 'test',
    environment: 'production',
    permissions: ['prompts:read'],
    owner: { type: 'user', id: 'ada' },
  })
  const auth = apiKeyAuth(keyring)
  const app = express()
  app.use(rateLimit({ windowMs: 60_000, limit: 5, standardHeaders: false, legacyHeaders: false }))
  app.use('/v1', auth.authenticate())
  app.use('/v1', auth.limit({ limiter: memoryLimiter(), by: 'key', rule: { requests: 2, per: '1m' } }))
  app.get('/v1/prompts', auth.require('prompts:read'), (_req, res) => void res.json([]))

  const replies: (readonly [status: number, limit: unknown])[] = []
  for (let turn = 0; turn < 6; turn += 1) {
    const { status, headers } = await supertest(app).get('/v1/prompts').set('Authorization', `Bearer ${token}`)
    replies.push([status, headers['ratelimit']])
  }
  expect(replies).toEqual([
    [200, '"key";r=1;t=60'],
    [200, '"key";r=0;t=60'],
    [429, '"key";r=0;t=60'],
    [429, '"key";r=0;t=60'],
    [429, '"key";r=0;t=60'],
    [429, undefined],
  ])
  await keyring.close()
})
