import { expect } from 'vitest'
import type { Row } from './row.ts'

const named = { name: 'Production', environment: 'production' }

/** What is sent, well and badly. */
export const input: readonly Row[] = [
  {
    title: 'takes JSON only, of a bounded length, in UTF-8',
    async run({ send }) {
      const post = (body: string, headers = {}) => send({ method: 'POST', path: '/keys', body, headers })
      const cases: readonly [string, object, number, string][] = [
        ['{"name":"X"', {}, 400, 'malformed_request'],
        ['', {}, 422, 'validation_failed'],
        ['[]', {}, 422, 'validation_failed'],
        ['null', {}, 422, 'validation_failed'],
        ['"text"', {}, 422, 'validation_failed'],
        [JSON.stringify({ ...named, description: 'x'.repeat(70_000) }), {}, 413, 'payload_too_large'],
        [JSON.stringify(named), { 'content-type': 'application/xml' }, 415, 'unsupported_media_type'],
        [JSON.stringify(named), { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
        [JSON.stringify(named), { 'content-type': 'application/jsonp' }, 415, 'unsupported_media_type'],
      ]
      for (const [body, headers, status, code] of cases) {
        const reply = await post(body, headers)
        expect([reply.status, reply.body.code], body.slice(0, 60)).toEqual([status, code])
      }
      expect(await post(JSON.stringify(named), { 'content-type': 'Application/JSON; Charset=UTF-8' })).toMatchObject({
        status: 201,
      })
      expect((await send({ method: 'GET', path: '/keys' })).body.data).toHaveLength(1)
    },
  },
  {
    title: 'validates what it parsed: of a field given twice, the one that counts',
    async run({ send }) {
      const twice = '{"name":"Good","environment":"production","permissions":[],"permissions":["context:download"]}'
      expect(await send({ method: 'POST', path: '/keys', body: twice })).toMatchObject({ status: 403 })
    },
  },
  {
    title: 'refuses values of another kind, pointing to each',
    async run({ send }) {
      const cases: readonly [object, string][] = [
        [{ ...named, name: 7 }, '/name'],
        [{ ...named, name: '' }, '/name'],
        [{ ...named, name: 'x'.repeat(129) }, '/name'],
        [{ ...named, name: 'a\u0000b' }, '/name'],
        [{ ...named, name: 'a\r\nb' }, '/name'],
        [{ ...named, name: '\u202eevil' }, '/name'],
        [{ name: 'X' }, '/environment'],
        [{ ...named, environment: 'moon' }, '/environment'],
        [{ ...named, permissions: '*:*' }, '/permissions'],
        [{ ...named, permissions: {} }, '/permissions'],
        [{ ...named, permissions: [['prompts:read']] }, '/permissions/0'],
        [{ ...named, permissions: ['prompts:read', 'prompts:fly'] }, '/permissions/1'],
        [{ ...named, owner: 'ada' }, '/owner'],
        [{ ...named, owner: { type: 'admin', id: 'ada' } }, '/owner/type'],
        [{ ...named, expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
        [{ ...named, expiresAt: '2030-02-30T00:00:00Z' }, '/expiresAt'],
        [{ ...named, expiresAt: 'tomorrow' }, '/expiresAt'],
        [{ ...named, expiresAt: 1_893_456_000_000 }, '/expiresAt'],
        [{ ...named, expiresAt: '+275761-01-01T00:00:00Z' }, '/expiresAt'],
        [{ ...named, expiresInDays: 0 }, '/expiresInDays'],
        [{ ...named, expiresInDays: 1.5 }, '/expiresInDays'],
        [{ ...named, expiresInDays: '90' }, '/expiresInDays'],
        [{ ...named, expiresInDays: 1e12 }, '/expiresInDays'],
        [{ ...named, expiresInDays: 1, expiresAt: null }, '/expiresInDays'],
        [{ ...named, metadata: { a: 1 } }, '/metadata/a'],
        [{ ...named, preset: 'unknown' }, '/preset'],
      ]
      for (const [body, pointer] of cases) {
        const reply = await send({ method: 'POST', path: '/keys', body })
        expect([reply.status, reply.body.errors?.[0]?.pointer], JSON.stringify(body).slice(0, 80)).toEqual([
          422,
          pointer,
        ])
      }
      expect((await send({ method: 'GET', path: '/keys' })).body.data).toEqual([])
    },
  },
  {
    title: 'keeps names as they are written: markup, quotes, emoji, formulas',
    async run({ send }) {
      for (const name of [
        '</script><script>',
        "'; DROP TABLE keys; --",
        '\u{1f511} key',
        '=HYPERLINK("x")',
        '{{7*7}}',
      ]) {
        const { status, body } = await send({ method: 'POST', path: '/keys', body: { ...named, name } })
        expect([status, body.key.name]).toEqual([201, name])
      }
    },
  },
  {
    title: 'bounds overlaps',
    async run({ send, make }) {
      const { key } = await make()
      for (const overlapSeconds of [-1, 1.5, 1e12, '60', null, 7 * 86_400 + 1]) {
        const reply = await send({ method: 'POST', path: `/keys/${key.id}/rotate`, body: { overlapSeconds } })
        expect([reply.status, reply.body.errors[0].pointer], String(overlapSeconds)).toEqual([422, '/overlapSeconds'])
      }
      expect(await send({ method: 'GET', path: `/keys/${key.id}` })).toMatchObject({ body: { revision: 1 } })
    },
  },
  {
    title: 'refuses an end that the policy does not allow, with a code of its own',
    keyring: { policy: { maxLifetime: '30d' } },
    async run({ send }) {
      const ask = { method: 'POST', path: '/keys' }
      for (const body of [named, { ...named, expiresInDays: 31 }, { ...named, expiresAt: null }]) {
        expect(await send({ ...ask, body })).toMatchObject({ status: 422, body: { code: 'expiry_out_of_policy' } })
      }
      expect(await send({ ...ask, body: { ...named, expiresInDays: 30 } })).toMatchObject({ status: 201 })
      expect(await send({ method: 'GET', path: '/whoami' })).toMatchObject({
        body: { policy: { maxLifetimeSeconds: 2_592_000 } },
      })
    },
  },
  {
    title: 'creates by a preset, and tells which there are',
    options: {
      presets: { reader: ['prompts:read', 'prompts:list'], everything: ['prompts:read', 'context:download'] },
    },
    async run({ send }) {
      expect(await send({ method: 'GET', path: '/permissions' })).toMatchObject({
        body: {
          declared: ['prompts:read', 'prompts:list', 'prompts:delete', 'context:download', 'keys:manage'],
          grantable: ['prompts:read', 'prompts:list', 'prompts:delete'],
          defaults: ['prompts:read', 'prompts:list'],
          presets: [
            { name: 'reader', grantable: true },
            { name: 'everything', grantable: false },
          ],
        },
      })
      const ask = { method: 'POST', path: '/keys' }
      expect(await send({ ...ask, body: { ...named, preset: 'reader' } })).toMatchObject({
        status: 201,
        body: { key: { permissions: ['prompts:list', 'prompts:read'] } },
      })
      expect(await send({ ...ask, body: { ...named, preset: 'everything' } })).toMatchObject({ status: 403 })
      expect(await send({ ...ask, body: { ...named, preset: 'reader', permissions: [] } })).toMatchObject({
        status: 422,
      })
      expect(await send({ ...ask, body: { ...named, preset: 'constructor' } })).toMatchObject({ status: 422 })
    },
  },
  {
    title: 'knows its paths and their methods',
    async run({ send }) {
      const wrong = await send({ method: 'PUT', path: '/keys', body: {} })
      expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
        405,
        'method_not_allowed',
        'GET, POST, HEAD',
      ])
      for (const path of ['/', '/key', '/keys/', '/keys/a/b/c', '/KEYS', '/openapi', '/keys/revoke/all']) {
        expect(await send({ method: 'GET', path }), path).toMatchObject({ status: 404, body: { code: 'not_found' } })
      }
    },
  },
  {
    title: 'takes no body where there is none to take',
    async run({ send, make }) {
      const { key } = await make()
      const path = `/keys/${key.id}/enable`
      expect(await send({ method: 'POST', path, body: {} })).toMatchObject({ status: 200 })
      expect(await send({ method: 'POST', path, body: { reason: 'x' } })).toMatchObject({ status: 422 })
      expect(await send({ method: 'DELETE', path: `/keys/${key.id}/previous-secret`, body: [] })).toMatchObject({
        status: 422,
      })
    },
  },
]
