import { describe, expect, test } from 'vitest'
import { ada, type Fields, type Scene, scene } from './support/scene.ts'

const hourMs = 3_600_000
const owner = { type: 'user', id: 'ada' } as const

type Troubled = Scene & { readonly id: string; readonly token: string; ask(more: Fields): Promise<string> }

async function troubled(resources: readonly string[] = []): Promise<Troubled> {
  const made = scene({ resources })
  const { key, token } = await made.keys.create({
    name: 'Partner',
    environment: 'production',
    owner,
    allowedAddresses: ['203.0.113.0/24'],
    ...(resources.length > 0 && { resources: { project: ['p1'] } }),
  })
  const ask = async (more: Fields): Promise<string> =>
    (await made.as(ada).post('/troubleshoot', { token: key.id, permission: '', environment: '', ...more })).html
  return { ...made, id: key.id, token, ask }
}

/** The verdict and the checks, without markup. */
function textOf(html: string): string {
  return html
    .slice(html.indexOf('aria-label="Result"'))
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
}

describe('troubleshooting a key that works from some addresses only', () => {
  test('shows the address as not checked where none was typed, and names it in the verdict', async () => {
    const { ask } = await troubled()
    const html = await ask({})
    expect(html).toContain('<li class="open">')
    expect(textOf(html)).toContain('Not checked: It works from 203.0.113.0/24 only')
    expect(textOf(html)).toContain('the address that the request came from, the permission')
    expect(html).toContain('class="banner info"')
    expect(html).not.toContain('The key itself is good.')
  })

  test('does so on a page that a link leads to', async () => {
    const { as, id } = await troubled()
    expect((await as(ada).get(`/troubleshoot?key=${id}`)).html).toContain('<li class="open">')
  })

  test('ticks the address where one was typed', async () => {
    const { ask } = await troubled()
    const html = await ask({ address: '203.0.113.9:443' })
    expect(html).not.toContain('<li class="open">')
    expect(html).toContain('The key itself is good.')
    expect(textOf(html)).not.toContain('the address that the request')
  })

  test('names a resource that was not checked', async () => {
    const { ask } = await troubled(['project'])
    const html = await ask({ address: '203.0.113.9' })
    expect(textOf(html)).toContain('the project that the route is about')
    expect(html).toContain('class="banner info"')
  })

  test('says from where requests are refused', async () => {
    const { ask } = await troubled()
    expect(await ask({ address: '198.51.100.7' })).toContain('Requests from 198.51.100.7 are refused.')
  })

  test('takes no other text for an address: it is wrong at its field, and no key is shown again', async () => {
    const { as, ask, token, id } = await troubled()
    for (const address of ['not an address', '203.0.113.0/24', '999.1.1.1']) {
      const html = await ask({ address })
      expect([address, html.includes('id="p-address"')]).toEqual([address, true])
      expect(html).not.toContain('are refused')
    }
    const { status, html } = await as(ada).post('/troubleshoot', { token, address: token })
    expect(status).toBe(422)
    expect(html).not.toContain(token.slice(-30))
    expect(html).toContain(`value="${id}"`)
  })
})

describe('what is said of a key that is good', () => {
  test('is one thing of its secret, and counts what was not checked', async () => {
    const { ask } = await troubled()
    const said = textOf(await ask({}))
    expect(said).toContain('This is its current secret: no rotation has replaced it.')
    expect(said).toContain('Fill them in to check them too.')
    const { as, token } = await troubled()
    const { html } = await as(ada).post('/troubleshoot', {
      token,
      permission: 'prompts:read',
      environment: '',
      address: '203.0.113.9',
    })
    expect(textOf(html)).toContain('Not checked: the environment that the route needs. Fill it in to check it too.')
  })
})

describe('troubleshooting a secret that a rotation replaced', () => {
  async function rotated(): Promise<Scene & { readonly texts: readonly string[]; readonly fresh: string }> {
    const made = scene()
    const { key, token } = await made.keys.create({ name: 'Deployments', environment: 'production', owner })
    const { key: after } = await made.keys.rotate(key.id, { overlap: '24h' })
    return { ...made, texts: [key.hint.slice(-4), key.hint, token], fresh: after.hint.slice(-4) }
  }

  test('says until when it works, while two secrets do', async () => {
    const { as, texts } = await rotated()
    for (const token of texts) {
      const { html } = await as(ada).post('/troubleshoot', { token })
      expect([token, /previous secret, which ends in [\w-]{4}, works until Jun 13, 2030/.test(html)]).toEqual([
        token,
        true,
      ])
      expect(html).toContain('class="banner warning"')
      expect(html).not.toContain('The key itself is good')
    }
  })

  test('says since when it is refused, and which one to use', async () => {
    const { as, texts, fresh, clock } = await rotated()
    clock.advance(30 * hourMs)
    for (const token of texts) {
      const { html } = await as(ada).post('/troubleshoot', { token })
      expect([token, /secret that ends in [\w-]{4} are refused since Jun 13, 2030/.test(html)]).toEqual([token, true])
      expect(html).toContain('class="banner bad"')
      expect(html).toContain('Use the current secret')
      expect(html).toContain('key_rotated')
      expect(html).not.toContain('The key itself is good')
    }
    expect((await as(ada).post('/troubleshoot', { token: fresh })).html).toContain('The key itself is good.')
  })

  test('says first what ended the whole key', async () => {
    const { as, keys, texts, clock } = await rotated()
    clock.advance(30 * hourMs)
    const [key] = (await keys.list()).items
    await keys.revoke(key?.id ?? '')
    const { html } = await as(ada).post('/troubleshoot', { token: texts[0] ?? '' })
    expect(html).toContain('key_revoked')
    expect(html).toContain('Requests with this key are refused.')
  })
})

test('a key is found by a long name too, and what is long is no part of one', async () => {
  const { as, keys } = scene()
  const name = `Nightly export of everything into the warehouse in ${'x'.repeat(60)}`
  const { key } = await keys.create({ name, environment: 'production', owner: { type: 'user', id: 'ada' } })
  expect((await as(ada).post('/troubleshoot', { token: name })).html).toContain('The key itself is good.')
  const { html } = await as(ada).post('/troubleshoot', { token: name.slice(0, -1) })
  expect(html).not.toContain(key.hint)
})

test('the name of an owner is said as it is, whatever stands in it', async () => {
  const { as, keys, keyring } = scene({ people: () => ({ gone: "$& $` $' $1" }) })
  const { key, token } = await keys.create({
    name: 'His',
    environment: 'production',
    owner: { type: 'user', id: 'gone' },
  })
  await keyring.verify(token)
  const { html } = await as(ada).post('/troubleshoot', { token: key.id })
  expect(html).toContain('Its owner, $&amp; $` $&#39; $1, left the workspace.')
})
