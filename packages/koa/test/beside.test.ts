import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { definePermissions } from '@claviger/core'
import { testKeyring } from '@claviger/testing'
import type Koa from 'koa'
import request from 'supertest'
import { beforeAll, describe, expect, test } from 'vitest'

const recipes = new URL('beside/', import.meta.url)
const { keyring, token, key } = await testKeyring({
  permissions: definePermissions({ prompts: ['read', 'write'] }),
  grants: ['prompts:read'],
})
const secret = 's'.repeat(40)
const issuer = 'https://issuer.test/'

function hs256(claims: object): string {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 3_600
  const unsigned = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ iss: issuer, exp, ...claims })}`
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`
}

test.each(readdirSync(recipes))('the guide shows the whole of %s', (file) => {
  const guide = readFileSync(new URL('../../../docs/guides/jwt-oauth-sessions.md', import.meta.url), 'utf8')
  expect(guide).toContain(`\`\`\`js\n${readFileSync(new URL(file, recipes), 'utf8')}\`\`\``)
})

describe('koa-jwt', () => {
  let callback: ReturnType<Koa['callback']>
  beforeAll(async () => {
    const module = (await import(new URL('koa-jwt.mjs', recipes).href)) as {
      createApp: (keyring: unknown, parts: object) => Koa
    }
    const app = module.createApp(keyring, { secret, issuer })
    app.silent = true
    callback = app.callback()
  })
  const ask = (text?: string) => {
    const asking = request(callback).get('/v1/prompts')
    return text === undefined ? asking : asking.set('Authorization', `Bearer ${text}`)
  }
  const codeOf = async (asking: PromiseLike<{ status: number; body: unknown }>): Promise<[number, unknown]> => {
    const { status, body } = await asking
    return [status, (body as { code?: unknown }).code]
  }

  test('keys are ours, damaged ones too', async () => {
    await ask(token).expect(200, { key: key.id, user: null })
    for (const text of [`"${token}"`, token.slice(0, 30), `Bearer ${token}`, 'YOUR_API_KEY']) {
      expect(await codeOf(ask(text))).toEqual([401, 'malformed_key'])
    }
  })

  test('a JWT passes the same guards', async () => {
    await ask(hs256({ sub: 'ada', permissions: ['prompts:read'] })).expect(200, { key: null, user: 'ada' })
    expect(await codeOf(ask(hs256({ sub: 'ada' })))).toEqual([403, 'insufficient_permission'])
    expect(await codeOf(ask(hs256({ sub: 'ada', permissions: 'prompts:read' })))).toEqual([500, 'guard_failed'])
  })

  test('a JWT that is expired, and no credential, are refused by koa-jwt', async () => {
    await ask(hs256({ sub: 'ada', exp: 1 })).expect(401, 'Authentication Error')
    await ask().expect(401, 'Authentication Error')
  })
})
