import { describe, expect, test } from 'vitest'
import { memoryStore } from '@claviger/store-memory'
import { testUsageEntry } from '@claviger/testing'
import { ada, fieldOf, now, scene } from './support/scene.ts'

const hourMs = 3_600_000
const safe = 'It is safe to stop it.'
const early = 'It is too early to tell'

describe('the old secret of a key that is rotating', () => {
  test('is not called unused before an hour since the rotation is over', async () => {
    const { as, keys, clock } = scene()
    const { key } = await keys.create({ name: 'X', environment: 'production', owner: { type: 'user', id: 'ada' } })
    clock.advance(48 * hourMs)
    await keys.rotate(key.id, { overlap: '24h' })
    const told = async (): Promise<readonly boolean[]> => {
      const { html } = await as(ada).get(`/keys/${key.id}`)
      const text = html.replace(/\s+/g, ' ')
      return [text.includes(early), text.includes(safe)]
    }
    expect(await told()).toEqual([true, false])
    clock.advance(hourMs - 1_000)
    expect(await told()).toEqual([true, false])
    clock.advance(2_000)
    expect(await told()).toEqual([false, true])
  })

  test('is not called unused where usage is not counted, or where it was used within the hour', async () => {
    const { addUsage: _addUsage, usage: _usage, ...bare } = memoryStore()
    const store = memoryStore()
    for (const [one, isCounted] of [
      [bare, false],
      [store, true],
    ] as const) {
      const { as, keys, clock } = scene({ store: one as ReturnType<typeof memoryStore> })
      const { key } = await keys.create({ name: 'X', environment: 'production', owner: { type: 'user', id: 'ada' } })
      await keys.rotate(key.id, { overlap: '24h' })
      clock.advance(3 * hourMs)
      if (isCounted) {
        const entry = testUsageEntry({
          workspaceId: 'acme',
          keyId: key.id,
          version: 1,
          hour: now + 2 * hourMs,
          requests: 3,
          allowed: 3,
          lastUsedAt: now + 2.5 * hourMs,
        })
        await store.addUsage?.({ instanceId: 'test', sequence: 1, entries: [entry] })
      }
      const { html } = await as(ada).get(`/keys/${key.id}`)
      expect([isCounted, html.includes(early), html.includes(safe)]).toEqual([isCounted, false, false])
    }
  })
})

describe('the page that stops an old secret', () => {
  test('shows the ending of the secret that stops, and not that of the one that goes on', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'X', environment: 'production', owner: { type: 'user', id: 'ada' } })
    const after = await keys.rotate(key.id, { overlap: '24h' })
    const { html } = await as(ada).get(`/keys/${key.id}/end-overlap`)
    expect(html).toContain(`<code class="nowrap muted">${key.hint}</code>`)
    expect(html).not.toContain(`<code class="nowrap muted">${after.key.hint}</code>`)
    const seen = html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
    expect(seen).toContain(`previous secret (&hellip;${key.hint.slice(-4)}) gets 401`.replace('&hellip;', '\u2026'))
  })
})

describe('a rotation of a key that is rotating', () => {
  test('asks nothing that has one answer, and says what stops', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'X', environment: 'production', owner: { type: 'user', id: 'ada' } })
    const first = (await as(ada).get(`/keys/${key.id}/rotate`)).html
    expect(first).toContain('type="radio"')
    expect(first).toContain('Until then both secrets work')
    await keys.rotate(key.id, { overlap: '24h' })
    const reply = await as(ada).get(`/keys/${key.id}/rotate`)
    expect(reply.html).not.toContain('type="radio"')
    expect(reply.html).not.toContain('Until then both secrets work')
    expect(reply.html.replace(/\s+/g, ' ')).toContain('Both older secrets stop at once')
    const fields = { overlap: fieldOf(reply, 'overlap'), once: fieldOf(reply, 'once') }
    expect((await as(ada).post(`/keys/${key.id}/rotate`, fields)).status).toBe(200)
    const { secrets } = await keys.get(key.id)
    expect(secrets.filter(({ endsAt }) => endsAt === null || endsAt.getTime() > now)).toHaveLength(1)
  })
})

describe('a whole key as what is typed to revoke it', () => {
  test('counts where it is this key, and is shown nowhere', async () => {
    const { as, keys } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key, token } = await keys.create({ name: 'Leaked', environment: 'production', owner })
    const { token: other } = await keys.create({ name: 'Other', environment: 'production', owner })
    const refused = await as(ada).post(`/keys/${key.id}/revoke`, { confirm: other })
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('This is another key.')
    expect(refused.html).not.toContain(other.slice(-30))
    const cut = await as(ada).post(`/keys/${key.id}/revoke`, { confirm: token.slice(-35) })
    expect([cut.status, cut.html.includes(token.slice(-30))]).toEqual([422, false])
    expect((await as(ada).post(`/keys/${key.id}/revoke`, { confirm: token })).location).toBe(
      `/keys/${key.id}?notice=revoked`,
    )
  })

  test('leads to a page that says it went well', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'X', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const { location } = await as(ada).post(`/keys/${key.id}/revoke`, {})
    expect((await as(ada).get(location ?? '')).html).toContain('class="banner good"')
    expect((await as(ada).get(`/keys/${key.id}`)).html).toContain('class="banner bad"')
  })
})
