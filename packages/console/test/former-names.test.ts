import { describe, expect, test } from 'vitest'
import { ada, grace, type Scene, scene } from './support/scene.ts'

const owner = { type: 'user', id: 'ada' } as const

async function renamed(...names: readonly string[]): Promise<Scene & { readonly id: string }> {
  const made = scene()
  const [first = '', ...later] = names
  const { key } = await made.keys.create({ name: first, environment: 'production', owner })
  for (const name of later) {
    made.clock.advance(1_000)
    await made.keys.update(key.id, { name })
  }
  return { ...made, id: key.id }
}

const said = 'Keys that were called this, or something with this in it, until they were renamed'

/** Where a page leads to look for renamed keys. */
function linkIn(html: string): string {
  return /href="\.(\/activity\?key=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
}

describe('a name that a key does not have any more', () => {
  test.each(['Old website', 'website', 'WEBSITE', 'old WEB'])('is looked for in the log: %s', async (text) => {
    const { as, id } = await renamed('Old website', 'Shop')
    for (const empty of [
      (await as(ada).get(`/?q=${encodeURIComponent(text)}`)).html,
      (await as(ada).post('/troubleshoot', { token: text })).html,
    ]) {
      expect(empty).toContain('Names that keys had before are not looked for here')
      expect(linkIn(empty)).toBe(`/activity?key=${encodeURIComponent(text)}`)
      const { html } = await as(ada).get(linkIn(empty))
      expect(html).toContain(said)
      expect(html).toContain('name: <bdi>Old website</bdi> \u2192 <bdi>Shop</bdi>')
      expect(html).toContain(`href="./keys/${id}"`)
    }
  })

  test('is found behind names that came after it, and through the form of the log', async () => {
    const { as } = await renamed('One', 'Two', 'Three', 'Four')
    for (const name of ['One', 'Two', 'Three']) {
      const { location } = await as(ada).post('/activity/find', { key: name })
      expect(location).toBe(`/activity?key=${name}`)
      expect((await as(ada).get(location ?? '')).html).toContain(said)
    }
    expect((await as(ada).get('/activity?key=Four')).html).not.toContain(said)
  })

  test('is found where it looks like an ID', async () => {
    const { as } = await renamed('production-crawl', 'Shop')
    expect((await as(ada).get('/activity?key=production-crawl')).html).toContain(said)
  })

  test('is kept to the other filters', async () => {
    const { as, clock } = await renamed('Old website', 'Shop')
    clock.advance(3 * 86_400_000)
    expect((await as(ada).get('/activity?key=website&when=today')).html).not.toContain(said)
    expect((await as(ada).get('/activity?key=website&when=7d')).html).toContain(said)
    expect((await as(ada).get('/activity?key=website&user=grace')).html).not.toContain(said)
    expect((await as(ada).get('/activity?key=website&action=key.revoked')).html).not.toContain(said)
  })

  test('is said where none was called so', async () => {
    const { as } = await renamed('Old website', 'Shop')
    const { html } = await as(ada).get('/activity?key=nothing')
    expect(html).toContain('and none was renamed from it')
    expect(html).not.toContain('Look further')
  })

  test('is looked for among 400 changes a page, which says so and goes on', async () => {
    const { as, keys, clock, id } = await renamed('Old website', 'Shop')
    for (let count = 0; count < 405; count += 1) {
      clock.advance(1_000)
      await keys.update(id, { description: `Change ${count}` })
    }
    const first = (await as(ada).get('/activity?key=website')).html
    expect(first).toContain('Looked at the newest 400 changes of keys')
    const next = /href="(\?[^"]*cursor=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await as(ada).get(`/activity${next}`)).html).toContain(said)
  })

  test('is told members for what they renamed themselves, and nothing of others', async () => {
    const { as, keyring } = await renamed('Old website', 'Shop')
    const own = keyring.as(grace)
    const { key } = await own.create({ name: 'Old laptop', environment: 'development' })
    await own.update(key.id, { name: 'Laptop' })
    expect((await as(grace).get('/activity?key=laptop')).html).toContain(said)
    const others = await as(grace).get('/activity?key=website')
    expect(others.status).toBe(200)
    expect(others.html).not.toContain(said)
    expect(others.html).not.toContain('Shop')
  })

  test('is not offered to those who may not see the log, and not for a key that was pasted', async () => {
    const { as, keys } = await renamed('Old website', 'Shop')
    const blind = { ...ada, can: { ...ada.can, viewActivity: false } }
    expect((await as(blind).get('/?q=website')).html).not.toContain('Names that keys had before')
    const { key } = await keys.create({ name: 'Other', environment: 'production', owner })
    const gone = `acme_production_${'x'.repeat(30)}`
    const { location } = await as(ada).post('/find', { q: gone })
    expect((await as(ada).get(location ?? '')).html).not.toContain(gone)
    expect((await as(ada).get(`/?q=${key.id}`)).html).not.toContain('Names that keys had before')
  })
})

describe('a line of the log', () => {
  test('says what a key was created with, also on its page', async () => {
    const { as, keys } = scene({ people: () => ({ ada: 'Ada Lovelace' }), resources: ['project'] })
    const { key } = await keys.create({
      name: 'Website',
      environment: 'production',
      owner,
      permissions: ['prompts:list', 'runs:read'],
      expiresIn: '30d',
      allowedAddresses: ['192.0.2.0/24'],
      resources: { project: ['p1'] },
    })
    for (const path of ['/activity', `/keys/${key.id}`]) {
      const { html } = await as(ada).get(path)
      const parts = ['production', 'owner Ada Lovelace', '2 permissions: prompts:list, runs:read', 'only project p1']
      for (const part of [...parts, 'only from 192.0.2.0/24', 'expires Jul 12, 2030']) {
        expect([path, part, html.includes(`<bdi>${part}</bdi>`)]).toEqual([path, part, true])
      }
      expect(html).not.toContain('<bdi>as Website</bdi>')
    }
    await keys.update(key.id, { name: 'Shop' })
    for (const path of ['/activity', `/keys/${key.id}`]) {
      expect((await as(ada).get(path)).html).toContain('<bdi>as Website</bdi>')
    }
  })

  test('says which secret a rotation replaced, by what the list shows of both, and until when it works', async () => {
    const { as, keys, clock } = scene()
    const { key } = await keys.create({ name: 'Website', environment: 'production', owner })
    clock.advance(1_000)
    const rotated = await keys.rotate(key.id, { overlap: '24h' })
    const [was, is] = [key.hint.slice(-4), rotated.key.hint.slice(-4)]
    for (const path of ['/activity', `/keys/${key.id}`]) {
      expect((await as(ada).get(path)).html).toContain(
        `v2 (\u2026${is}) replaces v1 (\u2026${was}), which works until Jun 13, 2030, 10:00 UTC`,
      )
    }
    await keys.endOverlap(key.id)
    clock.advance(1_000)
    await keys.rotate(key.id, { overlap: 0 })
    expect((await as(ada).get('/activity')).html).toContain('which stopped at once')
  })
})
