import { expect } from 'vitest'
import { endpoints } from '../../src/routes/all.ts'
import type { Row } from './row.ts'

const everyRoute = endpoints.map(({ method, path }) => ({
  method: method.toUpperCase(),
  path: path.replace('{id}', '0000000000000000'),
}))

/** Who gets in, and what others learn. */
export const access: readonly Row[] = [
  {
    title: 'answers 401 to whom it does not know, on every route, whatever is sent',
    async run({ send }) {
      const headers = { 'x-test-user': 'stranger' }
      for (const route of [...everyRoute, { method: 'GET', path: '/openapi.json' }, { method: 'GET', path: '/nope' }]) {
        const withBody = route.method === 'GET' ? {} : { body: '{ not json' }
        const reply = await send({ ...route, ...withBody, headers })
        expect([reply.status, reply.body.code], `${route.method} ${route.path}`).toEqual([401, 'unauthenticated'])
      }
      const wanted = { name: 'X', environment: 'production', ownerId: 'ada' }
      expect(await send({ method: 'POST', path: '/keys', body: wanted, headers })).toMatchObject({ status: 401 })
    },
  },
  {
    title: 'shows a key of another workspace as one that does not exist, to the byte, on every route',
    async run({ send, make, keyring }) {
      const { key, token } = await make()
      const headers = { 'x-test-user': 'eve' }
      const same = (text: string, id: string): string => text.replaceAll(id, 'ID').replaceAll(/req_[\w-]+/g, 'REQUEST')
      for (const { method, path } of endpoints) {
        if (!path.startsWith('/keys/{id}')) continue
        const ask = async (id: string) => {
          const body = path.endsWith('/transfer') ? { owner: { type: 'user', id: 'ada' } } : {}
          const sent = method === 'get' ? {} : { body }
          return send({ method: method.toUpperCase(), path: path.replace('{id}', id), headers, ...sent })
        }
        const [theirs, none] = [await ask(key.id), await ask('0000000000000000')]
        expect(theirs.status, `${method} ${path}`).toBe(404)
        expect(same(theirs.text, key.id)).toBe(same(none.text, '0000000000000000'))
      }
      for (const odd of ['x', '__proto__', '%00', '..%2f..', 'a'.repeat(2_000), '%F0%9F%98%80']) {
        expect(await send({ method: 'GET', path: `/keys/${odd}`, headers })).toMatchObject({ status: 404 })
      }
      expect(await keyring.verify(token)).toMatchObject({ ok: true })
      expect((await send({ method: 'GET', path: '/keys', headers })).body.data).toEqual([])
      expect((await send({ method: 'GET', path: '/events', headers })).body.data).toEqual([])
      expect(await send({ method: 'POST', path: '/keys/diagnose', headers, body: { token } })).toMatchObject({
        body: { ok: false, code: 'not_in_this_workspace', keyId: null },
      })
    },
  },
  {
    title:
      'takes the workspace from the actor only: fields, parameters and headers that name one are refused or ignored',
    async run({ send, make }) {
      const foreign = await make({ workspaceId: 'ws_globex' })
      const headers = { 'x-test-user': 'root', 'x-workspace-id': 'ws_globex' }
      expect(await send({ method: 'GET', path: '/keys?workspaceId=ws_globex', headers })).toMatchObject({ status: 422 })
      expect((await send({ method: 'GET', path: '/keys', headers })).body.data).toEqual([])
      expect(await send({ method: 'GET', path: `/keys/${foreign.key.id}`, headers })).toMatchObject({ status: 404 })
      for (const field of [
        'workspaceId',
        'ownerId',
        'userId',
        'id',
        'hash',
        'createdAt',
        'revokedAt',
        'lastUsedAt',
        'usageCount',
        'revision',
        'status',
        'token',
        'secrets',
        '__proto__',
        'constructor',
        'toString',
      ]) {
        const body = `{"name":"X","environment":"production","${field}":"ws_globex"}`
        for (const ask of [
          { method: 'POST', path: '/keys' },
          { method: 'PATCH', path: '/keys/0000000000000000' },
        ]) {
          const reply = await send({ ...ask, body, headers })
          expect(reply.status, `${ask.method} ${field}`).toBe(422)
          expect(reply.body.errors).toContainEqual({ pointer: `/${field}`, message: 'There is no such field here.' })
        }
      }
      expect((await send({ method: 'GET', path: '/keys', headers })).body.data).toEqual([])
    },
  },
  {
    title: 'grants nothing that the caller does not hold, and says which of the permissions is too much',
    async run({ send, make }) {
      const body = { name: 'X', environment: 'production', permissions: ['prompts:read', 'context:download'] }
      const tooMuch = {
        status: 403,
        body: { code: 'permission_ceiling', missing: ['context:download'], errors: [{ pointer: '/permissions/1' }] },
      }
      expect(await send({ method: 'POST', path: '/keys', body })).toMatchObject(tooMuch)
      expect((await send({ method: 'GET', path: '/keys' })).body.data).toEqual([])
      const { key } = await make()
      expect(
        await send({ method: 'PATCH', path: `/keys/${key.id}`, body: { permissions: body.permissions } }),
      ).toMatchObject(tooMuch)
      expect(
        await send({
          method: 'POST',
          path: '/service-accounts',
          body: { name: 'bot', permissions: ['*:*'] },
          headers: { 'x-test-user': 'root' },
        }),
      ).toMatchObject({ status: 403, body: { code: 'permission_ceiling', errors: [{ pointer: '/permissions/0' }] } })
    },
  },
  {
    title: 'refuses owners that the caller may not make keys for',
    async run({ send }) {
      const body = { name: 'X', environment: 'production' }
      for (const owner of [
        { type: 'user', id: 'bob' },
        { type: 'service', id: 'sa_0000000000000000' },
      ]) {
        expect(await send({ method: 'POST', path: '/keys', body: { ...body, owner } })).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        })
      }
      expect(
        await send({
          method: 'POST',
          path: '/keys',
          body: { ...body, owner: { type: 'service', id: 'sa_0000000000000000' } },
          headers: { 'x-test-user': 'root' },
        }),
      ).toMatchObject({ status: 403, body: { errors: [{ pointer: '/owner' }] } })
    },
  },
  {
    title: 'refuses what a browser sends from another site',
    async run({ send, make, keyring }) {
      const { key, token } = await make()
      const body = { name: 'X', environment: 'production' }
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      for (const headers of [
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'null' },
        { origin: 'https://evil.example' },
        form,
        { ...form, authorization: 'Basic YTpi' },
        { 'content-type': 'text/plain' },
        { 'content-type': 'multipart/form-data; boundary=x' },
      ]) {
        const reply = await send({ method: 'POST', path: '/keys', body, headers })
        expect(reply.body, JSON.stringify(headers)).toMatchObject({ status: 403, code: 'cross_origin_request' })
        const revoke = { method: 'DELETE', path: `/keys/${key.id}`, headers: headers as Record<string, string> }
        if (!('content-type' in headers)) expect(await send(revoke)).toMatchObject({ status: 403 })
      }
      expect(await keyring.verify(token)).toMatchObject({ ok: true })
      expect(
        await send({ method: 'POST', path: '/keys', body, headers: { 'sec-fetch-site': 'same-origin' } }),
      ).toMatchObject({ status: 201 })
    },
  },
  {
    title: 'refuses every change while it is read only, and answers reads',
    options: { readOnly: true },
    async run({ send, make }) {
      const { key } = await make()
      for (const { method, path, isSafe } of endpoints) {
        if (method === 'get' || isSafe === true) continue
        const reply = await send({
          method: method.toUpperCase(),
          path: path.replace('{id}', key.id),
          body: {},
          headers: { 'x-test-user': 'root' },
        })
        expect([reply.status, reply.body.code], `${method} ${path}`).toEqual([403, 'read_only'])
      }
      expect(await send({ method: 'GET', path: `/keys/${key.id}` })).toMatchObject({ status: 200 })
      expect(await send({ method: 'POST', path: '/keys/diagnose', body: { keyId: key.id } })).toMatchObject({
        status: 200,
      })
      expect(await send({ method: 'GET', path: '/whoami' })).toMatchObject({ body: { readOnly: true } })
    },
  },
  {
    title: 'asks for a fresh sign-in where the host says so, before the body is read',
    options: {
      stepUp: ({ action, targetId }) =>
        action === 'revokeKey' ? { redirect: `/confirm?key=${targetId ?? ''}` } : action !== 'createKey',
    },
    async run({ send, make }) {
      const { key } = await make()
      expect(await send({ method: 'DELETE', path: `/keys/${key.id}` })).toMatchObject({
        status: 403,
        body: { code: 'step_up_required', stepUpUrl: `/confirm?key=${key.id}` },
      })
      expect(await send({ method: 'POST', path: '/keys', body: '{ not json' })).toMatchObject({
        status: 403,
        body: { code: 'step_up_required' },
      })
      expect(await send({ method: 'POST', path: `/keys/${key.id}/disable` })).toMatchObject({ status: 200 })
      expect(await send({ method: 'GET', path: '/keys' })).toMatchObject({ status: 200 })
    },
  },
  {
    title: 'limits calls per actor where the host says so: 429 with a time to wait',
    options: {
      limit: ({ actor, action }) => (actor.id === 'ada' && action === 'createKey' ? { retryAfterSeconds: 7 } : true),
    },
    async run({ send }) {
      const body = { name: 'X', environment: 'production' }
      const over = await send({ method: 'POST', path: '/keys', body })
      expect(over).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
      expect(over.headers.get('retry-after')).toBe('7')
      expect(await send({ method: 'POST', path: '/keys', body, headers: { 'x-test-user': 'bob' } })).toMatchObject({
        status: 201,
      })
    },
  },
]
