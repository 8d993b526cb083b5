import { expect } from 'vitest'
import type { Row } from './row.ts'

/** What happens at the same time, and when things fail. */
export const races: readonly Row[] = [
  {
    title: 'lets one of many concurrent rotations win: the others are conflicts, and no token is lost',
    async run({ send, make, keyring }) {
      const { key } = await make()
      const ask = { method: 'POST', path: `/keys/${key.id}/rotate`, body: { overlapSeconds: 3_600 } }
      const replies = await Promise.all(Array.from({ length: 20 }, () => send(ask)))
      const won = replies.filter(({ status }) => status === 200)
      expect(won).toHaveLength(1)
      expect(replies.filter(({ status }) => status === 409)).toHaveLength(19)
      expect(await keyring.verify(won[0]?.body.token)).toMatchObject({ ok: true })
    },
  },
  {
    title: 'lets a revocation win over concurrent changes',
    async run({ send, make, keyring }) {
      const { key, token } = await make()
      const path = `/keys/${key.id}`
      await Promise.all([
        ...Array.from({ length: 8 }, (_, index) => send({ method: 'PATCH', path, body: { name: `N${index}` } })),
        send({ method: 'DELETE', path }),
        ...Array.from({ length: 8 }, (_, index) => send({ method: 'PATCH', path, body: { name: `M${index}` } })),
      ])
      expect(await send({ method: 'GET', path })).toMatchObject({ body: { status: 'revoked' } })
      expect(await keyring.verify(token)).toMatchObject({ code: 'key_revoked' })
    },
  },
  {
    title: 'answers 503 once the keyring is closed, and tells the host',
    async run({ send, keyring, failures }) {
      await keyring.close()
      const reply = await send({ method: 'GET', path: '/keys' })
      expect([reply.status, reply.body.code, reply.headers.get('retry-after')]).toEqual([503, 'store_unavailable', '1'])
      expect(failures).toMatchObject([{ during: 'listKeys', requestId: reply.headers.get('x-request-id') }])
    },
  },
  {
    title:
      'answers 500 without a word of why when a hook of the host fails, never lets anyone pass, and tells the host',
    options: {
      limit: ({ action }) => {
        if (action === 'listKeys') throw new Error('redis://user:password@host')
        return true
      },
      stepUp: () => Promise.reject(new Error('password')),
      userNames: () => Promise.reject(new Error('password')),
    },
    async run({ send, make, failures }) {
      const { key } = await make()
      for (const ask of [
        { method: 'GET', path: '/keys' },
        { method: 'POST', path: '/keys', body: { name: 'X', environment: 'production' } },
      ]) {
        const reply = await send(ask)
        expect([reply.status, reply.body.code]).toEqual([500, 'internal_error'])
        expect(reply.text).not.toContain('password')
      }
      // Names are a courtesy.
      expect(await send({ method: 'GET', path: `/keys/${key.id}` })).toMatchObject({
        status: 200,
        body: { owner: { name: null } },
      })
      expect(failures.map(({ during }) => during)).toEqual(['listKeys', 'createKey', 'userNames'])
    },
  },
]
