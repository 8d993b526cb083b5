import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { Row } from './row.ts'

const importedTokens = { pattern: /^sk_live_[0-9a-f]{32}$/ }
const token = (number: number): string => `sk_live_${String(number).padStart(32, '0')}`
const entry = (number: number, more: object = {}): object => ({
  tokenSha256: createHash('sha256').update(token(number)).digest('base64'),
  name: 'Nightly job',
  environment: 'production',
  permissions: ['prompts:read'],
  owner: { type: 'user', id: 'ada' },
  ...more,
})
const post = (body: unknown) => ({ method: 'POST', path: '/keys/import', body })

/** Keys that were issued elsewhere. */
export const imports: readonly Row[] = [
  {
    title: 'imports keys by their digests: each by itself, and the same again changes nothing',
    keyring: { importedTokens },
    async run({ send, keyring }) {
      const keys = [entry(1), entry(2, { name: '' }), entry(3, { hint: token(3) }), entry(1), entry(4)]
      const dry = await send(post({ keys, dryRun: true }))
      expect(dry).toMatchObject({ status: 200, body: { dryRun: true, imported: 2, failed: 3 } })
      expect((await send({ method: 'GET', path: '/keys' })).body.data).toEqual([])
      const first = await send(post({ keys }))
      expect(first.body).toEqual({ ...dry.body, dryRun: false })
      expect(first.body.data).toMatchObject([
        { index: 0, ok: true, outcome: 'imported', upgraded: false, code: null },
        { index: 1, ok: false, outcome: 'refused', keyId: null, code: 'validation_failed', field: 'name' },
        { index: 2, ok: false, outcome: 'refused', code: 'validation_failed', field: 'hint' },
        { index: 3, ok: false, outcome: 'duplicate', first: 0, code: 'conflict' },
        { index: 4, ok: true, outcome: 'imported' },
      ])
      expect(first.text).not.toContain(token(3))
      const id: string = first.body.data[0].keyId
      expect(await keyring.verify(token(1))).toMatchObject({ ok: true, apiKey: { id } })
      const shown = await send({ method: 'GET', path: `/keys/${id}` })
      expect(shown.body).toMatchObject({ imported: true, secrets: [{ version: 1, imported: true }] })
      expect(await send(post({ keys }))).toMatchObject({ body: { imported: 0, present: 2, failed: 3 } })
    },
  },
  {
    title: 'takes at most 100 at once, in a body of a bounded length, and no field that it does not know',
    keyring: { importedTokens },
    async run({ send }) {
      const hundred = Array.from({ length: 100 }, (_, index) => entry(index + 1))
      expect(await send(post({ keys: hundred }))).toMatchObject({ status: 200, body: { imported: 100 } })
      const cases: readonly [unknown, number, string][] = [
        [{ keys: [...hundred, entry(101)] }, 422, 'validation_failed'],
        [{ keys: [] }, 422, 'validation_failed'],
        [{}, 422, 'validation_failed'],
        [{ keys: [{ ...entry(1), token: token(1) }] }, 422, 'validation_failed'],
        [{ keys: [entry(1, { metadata: { a: 'x'.repeat(70_000) } })] }, 413, 'payload_too_large'],
      ]
      for (const [body, status, code] of cases) {
        const reply = await send(post(body))
        expect([reply.status, reply.body.code]).toEqual([status, code])
        expect(reply.text).not.toContain(token(1))
      }
    },
  },
  {
    title: 'imports nothing beyond what the caller holds, or for someone else',
    keyring: { importedTokens },
    async run({ send }) {
      const keys = [
        entry(1, { permissions: ['context:download'] }),
        entry(2, { owner: { type: 'user', id: 'bob' } }),
        entry(3, { owner: { type: 'service', id: 'svc_none' } }),
      ]
      const { body } = await send(post({ keys }))
      expect(body.data).toMatchObject([{ code: 'permission_ceiling' }, { code: 'forbidden' }, { code: 'forbidden' }])
    },
  },
  {
    title: 'answers 403 where no tokens are taken from elsewhere',
    async run({ send }) {
      expect(await send(post({ keys: [entry(1)] }))).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    },
  },
]
