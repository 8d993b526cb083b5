import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ada, type Reply, type Scene, scene } from './support/scene.ts'

async function brought(): Promise<Scene & { readonly id: string }> {
  const made = scene({ importedTokens: { pattern: /^sk_live_[0-9a-f]{32}$/ } })
  const { results } = await made.keys.import([
    {
      tokenSha256: createHash('sha256')
        .update(`sk_live_${'0'.repeat(32)}`)
        .digest('hex'),
      name: 'Nightly job',
      environment: 'production',
      permissions: ['prompts:read'],
      owner: { type: 'user', id: 'ada' },
      hint: 'sk_live_0000',
    },
  ])
  const [result] = results
  if (result?.ok !== true) throw new Error('It was not imported.')
  return { ...made, id: result.id }
}

/** The secrets on the page of a key, the current one first: whether each is marked. */
function marksOf({ html }: Reply): readonly boolean[] {
  const [card = ''] = /aria-labelledby="secrets">.*?<\/section>/s.exec(html) ?? []
  return [...card.matchAll(/<li>.*?<\/li>/gs)].map(([secret]) => secret.includes('Imported'))
}

describe('an imported key', () => {
  test('is told apart in the list, in its facts and at its secret', async () => {
    const { as, id } = await brought()
    expect((await as(ada).get('')).html).toContain('\u00b7 imported')
    const detail = await as(ada).get(`/keys/${id}`)
    expect(detail.html).toContain('Issued elsewhere.')
    expect(marksOf(detail)).toEqual([true])
    expect(detail.html).toContain('imported the key')
  })

  test('has a mark at its old secret only while a rotation runs, and none after it', async () => {
    const { as, id, keys } = await brought()
    await keys.rotate(id, { overlap: '24h' })
    const during = await as(ada).get(`/keys/${id}`)
    expect(marksOf(during)).toEqual([false, true])
    expect(during.html).toContain('The previous secret was issued elsewhere.')
    await keys.endOverlap(id)
    const detail = await as(ada).get(`/keys/${id}`)
    expect(marksOf(detail)).toEqual([false])
    expect(detail.html).not.toContain('Imported')
    expect((await as(ada).get('')).html).not.toContain('\u00b7 imported')
  })

  test('of this keyring has no mark', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({
      name: 'Website',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
    })
    expect((await as(ada).get(`/keys/${key.id}`)).html.toLowerCase()).not.toContain('imported')
    expect((await as(ada).get('')).html.toLowerCase()).not.toContain('imported')
  })
})

describe('a token that was issued elsewhere', () => {
  const token = `sk_live_${'0'.repeat(32)}`

  test('that is searched for leads to its key, and is in no URL', async () => {
    const { as, id } = await brought()
    for (const text of [token, ` ${token}`, `Bearer ${token}`, `"${token}"`]) {
      const found = (await as(ada).post('/find', { q: text })).location ?? ''
      expect([text, found.includes('0000000')]).toEqual([text, false])
      expect((await as(ada).get(found)).html).toContain('>Nightly job<')
      const logged = (await as(ada).post('/activity/find', { key: text })).location
      expect([text, logged]).toEqual([text, `/activity?key=${id}`])
    }
  })

  test('of no one, or asked for by someone who may not diagnose, is in no URL either', async () => {
    const { as } = await brought()
    const other = `sk_live_${'f'.repeat(32)}`
    const viewer = { ...ada, can: { ...ada.can, diagnose: false } }
    for (const [who, text] of [
      [ada, other],
      [viewer, token],
      [viewer, other],
    ] as const) {
      for (const [path, field] of [
        ['/find', 'q'],
        ['/activity/find', 'key'],
      ] as const) {
        const { location } = await as(who).post(path, { [field]: text })
        expect([location, location?.includes(text.slice(-12))]).toEqual([location, false])
      }
    }
  })

  test('is no name, however short', async () => {
    const short = 'sk-0123456789ab'
    const { as, keys } = scene({ importedTokens: { pattern: /^sk-[0-9a-f]{12}$/ } })
    await keys.import([
      {
        tokenSha256: createHash('sha256').update(short).digest('hex'),
        name: 'Old job',
        environment: 'production',
        permissions: ['prompts:read'],
        owner: { type: 'user', id: 'ada' },
      },
    ])
    const { html } = await as(ada).post('/troubleshoot', { token: short })
    expect(html).toContain('Old job')
    expect(html).not.toContain(short)
  })
})

test('a search by a name that looks like a placeholder finds it', async () => {
  const { as, keys } = scene()
  const name = 'Your production site'
  await keys.create({ name, environment: 'production', owner: { type: 'user', id: 'ada' } })
  const { location } = await as(ada).post('/find', { q: name })
  expect((await as(ada).get(location ?? '')).html).toContain(`>${name}<`)
})
