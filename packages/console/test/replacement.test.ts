import { describe, expect, test } from 'vitest'
import { ada, fieldOf, type Scene, scene, tokenOf } from './support/scene.ts'

const owner = { type: 'user', id: 'ada' } as const
const hour = 3_600_000

interface Ended extends Scene {
  readonly id: string
  readonly hint: string
}

/** A key of production that was revoked an hour after it was made. */
async function revoked(options: Parameters<typeof scene>[0] = {}, more: { expiresIn?: `${number}d` } = {}) {
  const made = scene(options)
  const { key } = await made.keys.create({ name: 'Website', environment: 'production', owner, ...more })
  made.clock.advance(hour)
  await made.keys.revoke(key.id)
  return { ...made, id: key.id, hint: key.hint } satisfies Ended
}

const formFor = async ({ as, id }: Ended): Promise<string> => (await as(ada).get(`/keys/new?like=${id}`)).html

describe('the form for a replacement', () => {
  test('says what it replaces, under a heading of its own, and goes on to say it after a mistake', async () => {
    const made = await revoked()
    const html = await formFor(made)
    expect(html).toContain('<h1>Replace <bdi>Website</bdi></h1>')
    expect(html).toContain('<title>Replace Website')
    expect(html).toMatch(new RegExp(`Replaces <a href="[^"]*keys/${made.id}"><code>${made.hint}</code></a>, revoked`))
    expect(html).not.toContain('Create one per app and environment')
    const sent = await made.as(ada).post('/keys', { replaces: made.id, name: '', owner: 'self', expires: '90' })
    expect(sent.status).toBe(422)
    expect(sent.html).toContain('<h1>Replace <bdi>Website</bdi></h1>')
    expect(sent.html).toContain(`name="replaces" value="${made.id}"`)
  })

  test('is the plain form where nothing is replaced', async () => {
    const { html } = await scene().as(ada).get('/keys/new')
    expect(html).toContain('<h1>Create API key</h1>')
    expect(html).not.toContain('name="replaces"')
  })

  test.each([
    ['never', undefined, 'value="never" checked', 'Like the key that it replaces: it never expires.'],
    ['after 180 days', '180d', 'value="180" checked', 'Like the key that it replaces: made for 180 days.'],
    ['on a day', '45d', 'value="date" checked', 'Like the key that it replaces: until Jul 27, 2030.'],
  ] as const)('keeps that the old key ends %s', async (_when, expiresIn, checked, said) => {
    const html = await formFor(await revoked({}, expiresIn === undefined ? {} : { expiresIn }))
    expect(html).toContain(`name="expires" ${checked}`)
    expect(html.match(/name="expires" value="\w+" checked/g)).toHaveLength(1)
    expect(html).toContain(said)
  })

  test('says why it does not keep Never where keys must end', async () => {
    const html = await formFor(await revoked({ create: { neverExpires: false } }))
    expect(html).toContain('name="expires" value="90" checked')
    expect(html).toContain('The key that it replaces never expired. Keys made here must end.')
  })

  test('says when a key that is over by time ended', async () => {
    const made = scene()
    const { key } = await made.keys.create({ name: 'Old', environment: 'production', owner, expiresIn: '45d' })
    made.clock.advance(50 * 24 * hour)
    const html = await formFor({ ...made, id: key.id, hint: key.hint })
    expect(html).toContain('name="expires" value="90" checked')
    expect(html).toContain('The key that it replaces ended Jul 27, 2030.')
  })
})

describe('a key that has been replaced', () => {
  async function replaced() {
    const made = await revoked()
    made.clock.advance(hour)
    const form = await made.as(ada).get(`/keys/new?like=${made.id}`)
    const sent = await made.as(ada).post('/keys', {
      once: fieldOf(form, 'once'),
      replaces: made.id,
      name: 'Website',
      owner: 'self',
      environment: 'production',
      grants: 'default',
      expires: 'never',
    })
    expect(tokenOf(sent)).toBeDefined()
    const [key] = (await made.keys.list({ search: 'Website' })).items
    return { ...made, newId: key?.id ?? '', newHint: key?.hint ?? '' }
  }

  test('names the newer key of its name and links it, on its page and in the form for another one', async () => {
    const { as, id, newId, newHint } = await replaced()
    for (const path of [`/keys/${id}`, `/keys/new?like=${id}`]) {
      const { html } = await as(ada).get(path)
      expect(html).toContain('A newer key has this name')
      expect(html).toMatch(new RegExp(`<a href="[^"]*keys/${newId}"><code>${newHint}</code></a>`))
    }
    expect((await as(ada).get(`/keys/${id}`)).html).toContain('Create another replacement')
  })

  test('is named on the page of the newer one', async () => {
    const { as, id, hint, newId } = await replaced()
    const { html } = await as(ada).get(`/keys/${newId}`)
    expect(html).toContain('Earlier key of this name')
    expect(html).toMatch(new RegExp(`<a href="[^"]*keys/${id}"><code>${hint}</code></a>`))
  })

  test('is not one where the newer key has another name or environment, or has ended too', async () => {
    const { as, keys, clock, id } = await revoked()
    clock.advance(hour)
    await keys.create({ name: 'Website 2', environment: 'production', owner })
    await keys.create({ name: 'Website', environment: 'development', owner })
    const { key } = await keys.create({ name: 'Website', environment: 'production', owner })
    await keys.revoke(key.id)
    const { html } = await as(ada).get(`/keys/${id}`)
    expect(html).not.toContain('A newer key has this name')
    expect(html).toContain('Create a replacement with the same permissions')
  })
})

test('a revoked key does not say when it would have ended, on its page or in the list', async () => {
  const { as, id } = await revoked({}, { expiresIn: '45d' })
  // What the log says of its creation stays.
  const facts = (await as(ada).get(`/keys/${id}`)).html.replace(/aria-labelledby="activity".*?<\/section>/s, '')
  expect(facts).toContain('About this key')
  expect(facts).not.toContain('Jul 27')
  const list = (await as(ada).get('/?status=revoked')).html
  expect(list).toContain('>Website<')
  expect(list).not.toContain('Jul 27')
})
