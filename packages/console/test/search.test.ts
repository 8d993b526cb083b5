import { describe, expect, test } from 'vitest'
import { memoryStore } from '@claviger/store-memory'
import { insertKey, testChange, testRecord } from '@claviger/testing'
import { maskedText, soughtIn } from '../src/reading/sought.ts'
import { ada, type Scene, scene } from './support/scene.ts'

const keyring = { environments: ['production', 'ci'] }

describe('a text in a search field', () => {
  const id = 'p6fZabcdefghijkl'
  test.each([
    [`acme_production_${id}${'x'.repeat(40)}`, id, 'a whole key'],
    [`  "Bearer acme_ci_${id}${'x'.repeat(40)}" `, id, 'a key as it stands in a file'],
    [`acme_production_${id}`, id, 'the beginning of a key, with its id'],
    ['acme_production_p6fZ\u2026zVlN', 'zVlN', 'the hint of the list'],
    ['\u2026zVlN', 'zVlN', 'a hint of four characters'],
    ['acme_ci_p6fZ...zVlN', 'zVlN', 'a hint with dots'],
    [id, id, 'an id'],
    ['zVlN', 'zVlN', 'the last four characters'],
    ['Nightly export', 'Nightly export', 'a name'],
    ['web_production_thing of ours', 'web_production_thing of ours', 'a name that looks like one'],
  ])('%j means %j: %s', (text, q) => {
    expect(soughtIn(text, keyring)).toMatchObject({ q, beginningIn: undefined })
  })

  test.each([
    ['acme_production_p6fZ', 'p6fZ'],
    ['acme_production_p6fZ\u2026', 'p6fZ'],
    ['acme_production_p6fZ...', 'p6fZ'],
    ['acme_production_', ''],
  ])('%j is the beginning of a key, within its id', (text, q) => {
    expect(soughtIn(text, keyring)).toEqual({ q, isMark: true, beginningIn: 'production', hasSecret: false })
  })
})

describe('a key as lists show it', () => {
  const secret = 'x'.repeat(30)
  test.each([
    ['acme_production_p6fZ\u2026zVlN', 'acme_production_p6fZ', 'zVlN'],
    ['acme_production_p6fZ zVlN', 'acme_production_p6fZ', 'zVlN'],
    ['acme_production_p6fZ ... zVlN', 'acme_production_p6fZ', 'zVlN'],
    ['ACME_CI_p6fZ....zVlN', 'ACME_CI_p6fZ', 'zVlN'],
    ['"acme_ci_p6fZ\u2022\u2022\u2022\u2022zVlN"', 'acme_ci_p6fZ', 'zVlN'],
    ['Website acme_ci_p6fZ***zVlN', 'acme_ci_p6fZ', 'zVlN'],
    ['p6fZ...zVlN', 'p6fZ', 'zVlN'],
    [`acme_ci_p6fZabcdefghijkl${secret}...zVlN`, 'acme_ci_p6fZabcdefghijkl', 'zVlN'],
    [`sk_live_${secret}...zVlN`, 'sk_live_', 'zVlN'],
  ])('%j begins and ends as written, and no more of it goes on', (text, start, ending) => {
    const { masked } = soughtIn(text, keyring)
    expect(masked).toEqual({ start, ending })
    expect(maskedText(text, { start, ending })).not.toContain(secret)
  })

  test.each(['\u2026', '\u2022', '.', '*', ' ', '-', ' .', '\u2022\u2022 '])(
    'a long row of %j is read at once',
    (mark) => {
      for (const end of ['', 'x', '_____', 'zVlN!']) {
        for (const times of [40, 250, 100_000])
          expect(soughtIn(`a${mark.repeat(times)}${end}`, keyring).q).toBeDefined()
      }
    },
  )

  test.each([['Production site'], ['web_site beta'], ['\u2026zVlN'], ['...zVlN']])('%j has no beginning', (text) => {
    expect(soughtIn(text, keyring).masked).toBeUndefined()
  })

  async function shown(): Promise<Scene & { readonly hint: string; readonly id: string }> {
    const made = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key } = await made.keys.create({ name: 'Zapier', environment: 'production', owner })
    await made.keys.create({ name: 'Other', environment: 'production', owner })
    return { ...made, hint: key.hint, id: key.id }
  }
  const separators = ['\u2026', '...', ' ', ' ... ', ' \u2026 ']

  test.each(separators)(
    'with %j between finds its key, in the list, in Troubleshoot and in the log',
    async (between) => {
      const { as, hint, id } = await shown()
      const [start = '', ending = ''] = hint.split('\u2026')
      for (const text of [start + between + ending, (start + between + ending).toLowerCase()]) {
        const { location } = await as(ada).post('/find', { q: text })
        for (const more of ['', '&sort=name', '&status=active']) {
          const { html } = await as(ada).get(`${location}${more}`)
          expect([text, html.includes('>Zapier<'), html.includes('>Other<')]).toEqual([text, true, false])
          expect(html).toContain(`name="q" value="${text}"`)
        }
        const answer = (await as(ada).post('/troubleshoot', { token: text })).html
        expect(answer).toContain('The key itself is good.')
        expect(answer).toContain(`value="${text}"`)
        const log = (await as(ada).post('/activity/find', { key: text })).location ?? ''
        expect(log).toBe(`/activity?key=${id}`)
        expect((await as(ada).get(log)).html).toContain(`value="${hint}"`)
      }
    },
  )

  test.each(separators)(
    'with %j between and another beginning finds nothing, and stays in the field',
    async (between) => {
      const { as, hint, keys, id } = await shown()
      await keys.rotate(id, { overlap: '24h' })
      const ending = hint.slice(-4)
      for (const start of [
        'acme_development_ZZZZ',
        'acme_production_ZZZZ',
        hint.slice(0, -9).replace('production', 'development'),
      ]) {
        const text = start + between + ending
        const { location } = await as(ada).post('/find', { q: text })
        for (const more of ['', '&sort=name', '&status=rotating']) {
          const { html } = await as(ada).get(`${location}${more}`)
          expect([text, html.includes('>Zapier<'), html.includes('>Other<')]).toEqual([text, false, false])
          expect(html).toContain(`name="q" value="${text}"`)
        }
        const answer = (await as(ada).post('/troubleshoot', { token: text })).html
        expect(answer).toContain(`No key that you can see both begins with ${start} and ends in ${ending}.`)
        expect(answer).not.toContain('Zapier')
        expect(answer).toContain(`value="${text}"`)
        const log = await as(ada).post('/activity/find', { key: text })
        expect(new URLSearchParams(log.location?.split('?')[1]).get('key')).toBe(text)
        const { html } = await as(ada).get(log.location ?? '')
        expect(html).not.toContain('<span>Created the key')
        expect(html).toContain(`value="${text}"`)
      }
    },
  )

  test('finds by the ending of a secret that was replaced too, where the beginning fits', async () => {
    const { as, hint, keys, id } = await shown()
    await keys.rotate(id, { overlap: '24h' })
    const { location } = await as(ada).post('/find', { q: hint })
    expect((await as(ada).get(location ?? '')).html).toContain('>Zapier<')
  })

  test('puts no secret into a URL or onto a page, where more of a key was written', async () => {
    const { as, keys, id } = await shown()
    const owner = { type: 'user', id: 'ada' } as const
    const { key, token } = await keys.create({ name: 'Long', environment: 'production', owner })
    const text = `${token.slice(0, -8)}...${token.slice(-4)}`
    const part = token.slice(-30, -8)
    for (const path of ['/find', '/activity/find']) {
      const { location } = await as(ada).post(path, { q: text, key: text })
      expect(location).not.toContain(part)
      const { html } = await as(ada).get(location ?? '')
      expect([html.includes(`keys/${key.id}`), html.includes(`keys/${id}`)]).toEqual([true, false])
    }
    expect((await as(ada).post('/troubleshoot', { token: text })).html).not.toContain(part)
  })
})

describe('the search of the list', () => {
  async function keys(): Promise<Scene & { readonly id: string; readonly token: string; readonly hint: string }> {
    const made = scene()
    const owner = { type: 'user', id: 'ada' } as const
    await made.keys.create({ name: 'Other', environment: 'development', owner })
    const { key, token } = await made.keys.create({ name: 'Leaked', environment: 'production', owner })
    return { ...made, id: key.id, token, hint: key.hint }
  }

  test('finds a key by everything that people have of it, also after it was revoked', async () => {
    const { as, keys: manager, id, token, hint } = await keys()
    await manager.revoke(id)
    const start = hint.slice(0, -5)
    for (const q of [
      token,
      token.slice(0, 40),
      start,
      `${start}...`,
      hint,
      id,
      hint.slice(-4),
      'Leak',
      `Bearer ${token}`,
      start.toLowerCase(),
      start.toUpperCase(),
      id.slice(0, 4),
      id.slice(0, 8).toLowerCase(),
      token.slice(-6),
      'acme_prod',
    ]) {
      const { status, location } = await as(ada).post('/find', { q })
      expect([q, status]).toEqual([q, 303])
      const { html } = await as(ada).get(location ?? '')
      expect([q, html.includes('>Leaked<'), html.includes('>Other<')]).toEqual([q, true, false])
    }
  })

  test('puts no key into a URL, whole or cut off, from a form or from a URL', async () => {
    const { as, id, token } = await keys()
    const secret = token.slice(-30)
    for (const q of [token, token.slice(0, -3), `Authorization: Bearer ${token}`]) {
      const { location } = await as(ada).post('/find', { q, status: 'active' })
      expect(location).toContain('status=active')
      expect(location).not.toContain(secret.slice(0, 20))
    }
    const led = await as(ada).get(`/?q=${token}&status=active`)
    expect(led.status).toBe(303)
    expect(led.location).not.toContain(secret.slice(0, 20))
    expect((await as(ada).get(led.location ?? '')).html).toContain('>Leaked<')
    expect((await as(ada).get(`/leaving?user=${token}`)).status).toBe(303)
    const log = await as(ada).post('/activity/find', { key: token })
    expect(log.location).toBe(`/activity?key=${id}`)
  })

  test('keeps the other filters of the form, and says what a search can find', async () => {
    const { as } = await keys()
    const { location } = await as(ada).post('/find', { q: 'no such', environment: 'production', sort: '-name' })
    expect(location).toBe('/?q=no+such&environment=production&sort=-name')
    expect((await as(ada).get(location ?? '')).html).toContain('A search finds a part of a name')
    expect((await as(ada).get(location ?? '')).html).toContain('No keys match this search with these filters.')
    expect((await as(ada).get('/?q=nothing')).html).toMatch(/No keys match this search\.[\s\S]*Clear search/)
    expect((await as(ada).get('/?environment=production&owner=eve')).html).toContain('No keys match these filters.')
    const short = await as(ada).post('/find', { q: 'acme_production_p6fZ' })
    expect((await as(ada).get(short.location ?? '')).html).toContain('No key of this environment begins like this')
  })

  test('says in its field what finds a key', async () => {
    const { as } = await keys()
    expect((await as(ada).get('/')).html).toContain('placeholder="Name or part of a key"')
    expect((await as(ada).get('/activity')).html).toContain('placeholder="Name or part of a key"')
  })

  test('counts the case of a beginning where that tells keys apart', async () => {
    const store = memoryStore()
    const { as, keyring } = scene({ store })
    await keyring.ready()
    const ids = ['OqjmAAAAAAAAAAAA', 'oQJMbbbbbbbbbbbb']
    for (const id of ids) {
      await store.commit(
        testChange({
          writes: [
            insertKey(
              testRecord({ id, workspaceId: 'acme', environment: 'production', owner: { type: 'user', id: 'ada' } }),
            ),
          ],
        }),
      )
    }
    const found = async (start: string): Promise<readonly string[]> => {
      const { location } = await as(ada).post('/find', { q: `acme_production_${start}` })
      const { html } = await as(ada).get(location ?? '')
      return ids.filter((id) => html.includes(`keys/${id}`))
    }
    expect(await found('Oqjm')).toEqual([ids[0]])
    expect(await found('oqjmaa')).toEqual([ids[0]])
    expect(await found('oqjm')).toEqual(ids)
  })

  test('shows of the beginning of every key those of its environment', async () => {
    const { as } = await keys()
    const { location } = await as(ada).post('/find', { q: 'acme_production_' })
    const { html } = await as(ada).get(location ?? '')
    expect([html.includes('>Leaked<'), html.includes('>Other<')]).toEqual([true, false])
  })

  test('looks for a beginning at a bounded number of keys, and goes on from there', async () => {
    const { as, keys: manager, hint, id, clock } = await keys()
    clock.advance(1_000)
    const owner = { type: 'user', id: 'ada' } as const
    for (let count = 0; count < 420; count += 1) {
      await manager.create({ name: `Key ${count}`, environment: 'production', owner })
    }
    const { location } = await as(ada).post('/find', { q: hint.slice(0, -5) })
    const first = (await as(ada).get(location ?? '')).html
    expect(first).toContain('There are more: look further.')
    const next = /href="(\?[^"]*cursor=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await as(ada).get(`/${next}`)).html).toContain(`keys/${id}`)
  })
})

describe('a part of a name, or an ending', () => {
  const owner = { type: 'user', id: 'ada' } as const

  async function named(...names: readonly string[]): Promise<Scene> {
    const made = scene()
    for (const name of names) await made.keys.create({ name, environment: 'production', owner })
    return made
  }
  const listFor = async ({ as }: Scene, q: string, more = ''): Promise<string> =>
    (await as(ada).get(`/?q=${encodeURIComponent(q)}${more}`)).html

  test('finds a key by any word of its name, in any case, also where the list is sorted', async () => {
    const made = await named('Production website', 'Nightly export')
    for (const [q, more] of [
      ['website', ''],
      ['WEBSITE', ''],
      ['uction web', ''],
      ['website', '&sort=-name'],
    ] as const) {
      const html = await listFor(made, q, more)
      expect([q, html.includes('>Production website<'), html.includes('>Nightly export<')]).toEqual([q, true, false])
    }
  })

  test('lists names that begin with it before those that have it inside', async () => {
    const html = await listFor(await named('Website of the fair', 'Old website'), 'website')
    expect(html.indexOf('>Website of the fair<')).toBeGreaterThan(-1)
    expect(html.indexOf('>Website of the fair<')).toBeLessThan(html.indexOf('>Old website<'))
  })

  test('finds a key by its ending in another case', async () => {
    const { keys, ...made } = await named()
    const { key } = await keys.create({ name: 'Leaked', environment: 'production', owner })
    for (const q of [key.hint.slice(-4).toLowerCase(), key.hint.slice(-4).toUpperCase()]) {
      expect(await listFor({ keys, ...made }, q)).toContain('>Leaked<')
    }
  })

  test('is looked for among 400 keys a page, says so, and goes on', async () => {
    const { keys, ...made } = await named('The old website')
    made.clock.advance(1_000)
    for (let count = 0; count < 420; count += 1)
      await keys.create({ name: `Key ${count}`, environment: 'production', owner })
    const first = await listFor({ keys, ...made }, 'website')
    expect(first).toContain('No match among the keys looked at so far')
    expect(first).toContain('Looked at the newest 400 keys')
    const next = /href="(\?[^"]*cursor=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await made.as(ada).get(`/${next}`)).html).toContain('>The old website<')
  })

  test('shows a page of what it finds, and the rest behind it', async () => {
    const made = await named(...Array.from({ length: 40 }, (_, n) => `The website ${n}`))
    const first = await listFor(made, 'website')
    const shown = (html: string): number => html.match(/>The website \d+</g)?.length ?? 0
    expect(shown(first)).toBe(25)
    const next = /href="(\?[^"]*cursor=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const second = (await made.as(ada).get(`/${next}`)).html
    expect(shown(second)).toBe(15)
    expect(
      new Set(
        [...first.matchAll(/>(The website \d+)</g), ...second.matchAll(/>(The website \d+)</g)].map(([, name]) => name),
      ).size,
    ).toBe(40)
  })

  test('of a secret that was replaced finds its key everywhere, and says until when it works', async () => {
    const { as, keys, clock, ...made } = scene()
    const { key } = await keys.create({ name: 'Deployments', environment: 'production', owner })
    await keys.create({ name: 'Other', environment: 'production', owner })
    await keys.rotate(key.id, { overlap: '24h' })
    const ending = key.hint.slice(-4)
    clock.advance(10 * 3_600_000)
    const said = `is the previous secret of`
    const list = await listFor({ as, keys, clock, ...made }, ending)
    expect([list.includes('>Deployments<'), list.includes('>Other<'), list.includes(said)]).toEqual([true, false, true])
    expect(list).toContain('in 14 hours')
    const { location } = await as(ada).post('/activity/find', { key: ending })
    expect(location).toBe(`/activity?key=${key.id}&ending=${ending}`)
    expect((await as(ada).get(location ?? '')).html).toContain(said)
    const answer = (await as(ada).post('/troubleshoot', { token: ending })).html
    expect(answer).toContain(`The previous secret, which ends in ${ending}, works until Jun 13, 2030`)
    clock.advance(20 * 3_600_000)
    expect(await listFor({ as, keys, clock, ...made }, ending)).toContain('which does not work any more')
  })

  test('that fits several keys lets one choose where one is needed', async () => {
    const { as } = await named('Website one', 'Website two')
    const { html } = await as(ada).post('/troubleshoot', { token: 'website' })
    expect(html).toContain('Several keys fit')
    expect(html.match(/href="[^"]*troubleshoot\?key=/g)).toHaveLength(2)
  })
})

describe('the filter by owner', () => {
  test('offers everyone who has keys, by name', async () => {
    const { as, keys } = scene({ people: () => ({ grace: 'Grace Hopper', jurgen: 'J\u00fcrgen' }) })
    for (const id of ['grace', 'jurgen']) {
      await keys.create({ name: id, environment: 'production', owner: { type: 'user', id } })
    }
    const { html } = await as(ada).get('/?status=active')
    expect(html).toContain('<option value="grace">Grace Hopper</option>')
    expect(html).toContain('<option value="jurgen">J\u00fcrgen</option>')
    expect((await as(ada).get('/?q=nothing')).html).toContain('<option value="grace">Grace Hopper</option>')
  })
})

describe('the filters of the log', () => {
  test('take a key by its name, its hint or its ending, a person, and a time', async () => {
    const { as, keys, clock } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key } = await keys.create({ name: 'Website', environment: 'production', owner })
    clock.advance(8 * 86_400_000)
    await as(ada).post(`/keys/${key.id}/disable`, { reason: 'Just now' })
    for (const text of ['Website', key.hint, key.hint.slice(-4), key.id]) {
      const { location } = await as(ada).post('/activity/find', { key: text, when: '7d' })
      expect(location).toBe(`/activity?when=7d&key=${key.id}`)
    }
    const week = (await as(ada).get('/activity?when=7d')).html
    expect([week.includes('Just now'), week.includes('<span>Created the key')]).toEqual([true, false])
    const all = (await as(ada).get('/activity')).html
    expect(all).toContain('<span>Created the key')
    expect(all).toContain('href="?user=ada"')
    expect((await as(ada).get('/activity?user=ada')).html).toContain('Just now')
    const { location } = await as(ada).post('/activity/find', { key: 'nothing' })
    expect((await as(ada).get(location ?? '')).html).toContain('No single key has this in its name')
  })
})

describe('troubleshooting', () => {
  test('takes a key by its name, and does not call a plain word a key of something else', async () => {
    const { as, keys } = scene()
    await keys.create({ name: 'Website', environment: 'production', owner: { type: 'user', id: 'ada' } })
    const named = await as(ada).post('/troubleshoot', { token: 'Website' })
    expect(named.html).toContain('The key itself is good.')
    expect(named.html).toContain(
      'Not checked: the secret that the client sends, the permission that the route needs, and the environment',
    )
    const word = await as(ada).post('/troubleshoot', { token: 'Websitess' })
    expect(word.html).toContain('has this in its name, this ID or this ending')
    expect(word.html).not.toContain('key of something else')
  })

  test('says what is known with the names and times that people read', async () => {
    const { as, keys, keyring } = scene({ people: () => ({ gone: 'J\u00fcrgen' }) })
    const { key, token } = await keys.create({
      name: 'His',
      environment: 'production',
      owner: { type: 'user', id: 'gone' },
    })
    await keyring.verify(token)
    const { html } = await as(ada).post('/troubleshoot', { token: key.id })
    expect(html).toContain('Its owner, J\u00fcrgen, left the workspace.')
    await keys.revoke(key.id)
    expect((await as(ada).post('/troubleshoot', { token: key.id })).html).toContain('It was revoked at Jun 12, 2030')
    expect((await as(ada).post('/troubleshoot', { token })).html).not.toContain(token)
  })
})
