import { expect } from 'vitest'
import type { Row } from './row.ts'

const named = { name: 'Production', environment: 'production' }

/** Where tokens are, and where they never are. */
export const secrets: readonly Row[] = [
  {
    title: 'sends a token in answer to create and rotate only, once',
    async run({ send, events, failures }) {
      const root = { 'x-test-user': 'root' }
      const made = await send({ method: 'POST', path: '/keys', body: named, headers: root })
      const { key, token } = made.body
      const rotated = await send({ method: 'POST', path: `/keys/${key.id}/rotate`, headers: root })
      const tokens: readonly string[] = [token, rotated.body.token]
      expect(made.text.split(token)).toHaveLength(2)
      expect(rotated.text.split(rotated.body.token)).toHaveLength(2)
      expect(rotated.text).not.toContain(token)
      const others = [
        await send({ method: 'GET', path: '/keys', headers: root }),
        await send({ method: 'GET', path: `/keys/${key.id}`, headers: root }),
        await send({ method: 'GET', path: `/keys/${key.id}/events`, headers: root }),
        await send({ method: 'GET', path: '/events', headers: root }),
        await send({ method: 'GET', path: `/keys/${key.id}/usage`, headers: root }),
        await send({ method: 'POST', path: '/keys/diagnose', body: { token }, headers: root }),
        await send({ method: 'PATCH', path: `/keys/${key.id}`, body: { description: `was ${token}` }, headers: root }),
        await send({ method: 'PATCH', path: `/keys/${key.id}`, body: { name: token }, headers: root }),
        await send({
          method: 'PATCH',
          path: `/keys/${key.id}`,
          body: { metadata: { [token.slice(0, 64)]: token } },
          headers: root,
        }),
        await send({ method: 'PATCH', path: `/keys/${key.id}`, body: { [token]: token }, headers: root }),
        await send({
          method: 'POST',
          path: '/keys',
          body: { ...named, environment: token.slice(0, 64) },
          headers: root,
        }),
        await send({ method: 'POST', path: '/keys', body: { ...named, permissions: [token] }, headers: root }),
        await send({ method: 'POST', path: '/keys', body: named, headers: { ...root, 'idempotency-key': token } }),
        await send({
          method: 'POST',
          path: '/keys',
          body: named,
          headers: { ...root, 'user-agent': token, 'x-request-id': token },
        }).then((reply) => ({ ...reply, text: reply.text.replace(reply.body.token, '') })),
        await send({ method: 'GET', path: `/keys?search=${token}`, headers: root }),
        await send({ method: 'GET', path: `/keys/${token}`, headers: root }),
        await send({ method: 'GET', path: `/keys?${token}=1`, headers: root }),
        await send({ method: 'DELETE', path: `/keys/${key.id}`, body: { reason: `found ${token}` }, headers: root }),
        await send({ method: 'GET', path: '/events', headers: root }),
      ]
      const said = [
        ...others.map(({ text, headers }) => text + JSON.stringify([...headers])),
        JSON.stringify(events),
        JSON.stringify(failures),
      ]
      for (const each of tokens) {
        const body = each.slice(each.lastIndexOf('_') + 21)
        for (const text of said) expect(text).not.toContain(body)
      }
    },
  },
  {
    title: 'refuses a token in a URL, and says that it must be replaced',
    async run({ send, make }) {
      const { token } = await make()
      for (const path of [`/keys?search=${token}`, `/keys/${token}`, `/nope/${token}`]) {
        const reply = await send({ method: 'GET', path })
        expect([reply.status, reply.body.code], path.slice(0, 12)).toEqual([400, 'credential_in_url'])
      }
    },
  },
  {
    title: 'shows neither hash, nor tag, nor pepper',
    async run({ send, make }) {
      const { key } = await make()
      for (const path of ['/keys', `/keys/${key.id}`, '/events']) {
        const { text } = await send({ method: 'GET', path, headers: { 'x-test-user': 'root' } })
        expect(text).not.toMatch(/\$argon2|\$hmac|"hash"|"tag"|"pepper/i)
      }
    },
  },
  {
    title: 'writes where a call came from into the log: the id of the request, and the user agent without tokens',
    async run({ send, make }) {
      const { token } = await make()
      const made = await send({
        method: 'POST',
        path: '/keys',
        body: named,
        headers: { 'user-agent': `bad-client ${token}` },
      })
      const path = `/keys/${made.body.key.id}/events`
      const [entry] = (await send({ method: 'GET', path })).body.data
      expect(entry.origin.requestId).toBe(made.headers.get('x-request-id'))
      expect(entry.origin.userAgent).toMatch(/^bad-client test_production_/)
      expect(entry.origin.userAgent).not.toContain(token)
    },
  },
]
