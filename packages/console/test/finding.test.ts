import { describe, expect, test } from 'vitest'
import { ada, grace, type Scene, scene } from './support/scene.ts'

const people = (): Readonly<Record<string, string>> => ({ jurgen: 'J\u00fcrgen Meier', ada: 'Ada' })

async function owned(): Promise<Scene> {
  const made = scene({ people })
  for (const id of ['ada', 'jurgen']) {
    await made.keys.create({ name: `Key of ${id.length}`, environment: 'production', owner: { type: 'user', id } })
  }
  return made
}

describe('the name of an owner', () => {
  test('in the search of the list leads to their keys', async () => {
    const { as } = await owned()
    for (const q of ['J\u00fcrgen', 'j\u00dcrg', 'Meier']) {
      const { html } = await as(ada).get(`/?q=${encodeURIComponent(q)}`)
      expect([q, html.includes('?owner=jurgen"><bdi>J\u00fcrgen Meier</bdi>')]).toEqual([q, true])
    }
    expect((await as(ada).get('/?owner=jurgen')).html).toContain('>Key of 6<')
    expect((await as(ada).get('/?q=Nobody')).html).not.toContain('in the name of')
  })

  test('in Troubleshoot leads to their keys too', async () => {
    const { as } = await owned()
    const { html } = await as(ada).post('/troubleshoot', { token: 'J\u00fcrgen' })
    expect(html).toContain('?owner=jurgen"><bdi>J\u00fcrgen Meier</bdi>')
    expect((await as(ada).post('/troubleshoot', { token: 'Nobody' })).html).not.toContain('in the name of')
  })

  test('is told only to people who see their keys', async () => {
    const { as } = await owned()
    expect((await as(grace).get(`/?q=${encodeURIComponent('J\u00fcrgen')}`)).html).not.toContain('J\u00fcrgen Meier')
  })
})

describe('the filters of the log', () => {
  test('leave no hole where someone cannot choose who did it', async () => {
    const { as } = await owned()
    const { html } = await as(grace).get('/activity')
    expect(html).toContain('class="toolbar log own"')
    expect(html).not.toContain('<span></span>')
    expect((await as(ada).get('/activity')).html).toContain('class="toolbar log"')
  })
})

describe('a text that fits several keys', () => {
  test('offers them in the log, with its other filters', async () => {
    const { as, keys } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    for (const name of ['CI key', 'Old CI key 2']) await keys.create({ name, environment: 'production', owner })
    const { location } = await as(ada).post('/activity/find', { key: 'ci', when: '7d' })
    const { html } = await as(ada).get(location ?? '')
    expect(html).toContain('Several keys fit. Choose one:')
    const links = [...html.matchAll(/href="(\?when=7d&amp;key=[\w-]{16})"/g)].map(([, href]) => href)
    expect(links).toHaveLength(2)
    const one = (await as(ada).get(`/activity${links[0]?.replaceAll('&amp;', '&')}`)).html
    expect(one).toContain('<span>Created the key')
  })
})

describe('a key that is refused', () => {
  test('was tried, and not used, in the list as on its page', async () => {
    const { as, keys, keyring, clock } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key, token } = await keys.create({ name: 'Off', environment: 'development', owner })
    await keyring.verify(token)
    await keyring.flush()
    clock.advance(60_000)
    expect((await as(ada).get('/')).html).not.toContain('Last tried')
    await keys.disable(key.id)
    for (const path of ['/', `/keys/${key.id}`]) {
      const { html } = await as(ada).get(path)
      expect([path, html.includes('Last tried'), html.includes('Last used')]).toEqual([path, false, true])
    }
    expect((await as(ada).get(`/keys/${key.id}`)).html).toContain('Before it was disabled. Nothing has tried it since.')
    clock.advance(60_000)
    await keyring.verify(token)
    await keyring.flush()
    for (const path of ['/', `/keys/${key.id}`]) expect((await as(ada).get(path)).html).toContain('Last tried')
    expect((await as(ada).get(`/keys/${key.id}`)).html).not.toContain('Nothing has tried it')
  })

  test('whose reason ends in a full stop has one', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'Off', environment: 'development', owner: { type: 'user', id: 'ada' } })
    await as(ada).post(`/keys/${key.id}/disable`, { reason: 'Still checking.' })
    const text = (await as(ada).get(`/keys/${key.id}`)).html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
    expect(text).toContain('Still checking. Requests')
  })
})

describe('a key that is rotating', () => {
  test('is counted and listed among those that are active', async () => {
    const { as, keys } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key } = await keys.create({ name: 'Turning', environment: 'production', owner })
    await keys.create({ name: 'Still', environment: 'production', owner })
    await keys.rotate(key.id, { overlap: '24h' })
    const { html } = await as(ada).get('/?status=active')
    expect(html.replace(/\s+/g, ' ')).toMatch(/<span>Active<\/span><b>2/)
    expect([html.includes('>Turning<'), html.includes('>Still<')]).toEqual([true, true])
    const rotating = (await as(ada).get('/?status=rotating')).html
    expect([rotating.includes('>Turning<'), rotating.includes('>Still<')]).toEqual([true, false])
  })
})

describe('a key whose owner left', () => {
  test('is not active: neither counted nor listed among those that are', async () => {
    const { as, keys, keyring } = scene()
    const gone = await keys.create({ name: 'Fair', environment: 'production', owner: { type: 'user', id: 'gone' } })
    const rotated = await keys.create({ name: 'Booth', environment: 'production', owner: { type: 'user', id: 'gone' } })
    await keys.create({ name: 'Still', environment: 'production', owner: { type: 'user', id: 'ada' } })
    await keys.rotate(rotated.key.id, { overlap: '24h' })
    await keyring.verify(gone.token)
    await keyring.verify(rotated.token)
    await keyring.flush()
    for (const query of ['?status=active', '?status=active&sort=name', '?status=rotating']) {
      const { html } = await as(ada).get(`/${query}`)
      expect(html.replace(/\s+/g, ' ')).toMatch(/<span>Active<\/span><b>1</)
      expect([query, html.includes('>Fair<'), html.includes('>Booth<')]).toEqual([query, false, false])
      expect([query, html.includes('>Still<')]).toEqual([query, !query.includes('rotating')])
    }
    const listed = (await as(ada).get('/?status=active&attention=ownerGone')).html
    expect([listed.includes('>Fair<'), listed.includes('>Still<')]).toEqual([true, false])
  })
})

describe('the form that creates a key', () => {
  test('tells a member that the key is theirs, and why some permissions are grey', async () => {
    const { as } = scene()
    const { html } = await as(grace).get('/keys/new')
    expect(html).toContain('stops working when you leave')
    expect(html).toContain('ask an admin for a key of a service account')
    expect(html).toContain('What is grey you do not hold yourself')
    const own = (await as({ ...ada, permissions: ['*:*', 'keys:manage'] }).get('/keys/new')).html
    expect(own).not.toContain('What is grey')
  })

  test('leads to a page that says until when the key works, and from where', async () => {
    const { as } = scene()
    const { html } = await as(ada).post('/keys', {
      name: 'X',
      once: 'once-1',
      owner: 'self',
      environment: 'production',
      grants: 'default',
      expires: '30',
      allowedAddresses: '203.0.113.0/24',
    })
    expect(html).toContain('It works until Jul 12, 2030')
    expect(html).toContain('only from <code>203.0.113.0/24</code>')
  })
})
