import { describe, expect, test } from 'vitest'
import { memoryStore } from '@claviger/store-memory'
import { ada, fieldOf, grace, type Scene, scene, stranger, tokenOf, used } from './support/scene.ts'

interface Furnished extends Scene {
  readonly id: string
  readonly accountId: string
  readonly paths: readonly string[]
}

async function furnished(options: Parameters<typeof scene>[0] = {}): Promise<Furnished> {
  const store = memoryStore()
  const made = scene({ ...options, store })
  const account = await made.keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
  const { key } = await made.keys.create({
    name: '<script>alert(1)</script> key',
    description: 'One & "two"',
    environment: 'production',
    owner: { type: 'user', id: 'ada' },
    expiresIn: '3d',
    permissions: ['prompts:*', 'runs:read'],
  })
  await made.keys.create({ name: 'CI', environment: 'development', owner: { type: 'service', id: account.id } })
  await store.addUsage?.(used(key.id, 120))
  const one = `/keys/${key.id}`
  const paths = [
    '/',
    '/?status=active&sort=-lastUsed&q=C',
    '/?q=nothing',
    '/keys/new',
    one,
    `${one}?range=24h&notice=updated`,
    ...['edit', 'rotate', 'end-overlap', 'disable', 'enable', 'transfer', 'revoke'].map((deed) => `${one}/${deed}`),
    '/review',
    '/leaving?user=ada',
    '/usage',
    '/usage?range=90d',
    '/service-accounts',
    '/service-accounts/new',
    `/service-accounts/${account.id}`,
    `/service-accounts/${account.id}/edit`,
    `/service-accounts/${account.id}/delete`,
    '/activity',
    `/activity?key=${key.id}`,
    '/troubleshoot',
  ]
  return { ...made, id: key.id, accountId: account.id, paths }
}

describe('every page', () => {
  test('is answered, and keeps the rules of HTML that needs no exceptions in its policy', async () => {
    const { as, paths, faults } = await furnished()
    for (const path of paths) {
      const { status, html, headers } = await as(ada).get(path)
      expect([path, status]).toEqual([path, 200])
      expect(html, path).not.toMatch(/<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:/i)
      expect(html, path).not.toMatch(/(?:href|src|action)="(?:https?:)?\/\//)
      expect(html.match(/<h1/g), path).toHaveLength(1)
      expect(html, path).toMatch(/^<!doctype html><html lang="en"/)
      expect(html, path).not.toContain('<script>alert')
      expect(html, path).not.toMatch(/\[object |undefined|NaN/)
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'; script-src 'self'")
      expect(headers.get('cache-control'), path).toBe('no-store')
      expect(headers.get('x-request-id'), path).toMatch(/^req_/)
      expect(unlabelled(html), path).toEqual([])
    }
    expect(faults).toEqual([])
  })

  test('reads the same as one that does not exist for someone of another workspace', async () => {
    const { as, id, accountId } = await furnished()
    const others = ['', '/edit', '/rotate', '/end-overlap', '/disable', '/enable', '/transfer', '/revoke']
    for (const path of others.map((deed) => `/keys/${id}${deed}`)) {
      const foreign = await as(stranger).get(path)
      const absent = await as(stranger).get(path.replace(id, 'AAAAAAAAAAAAAAAA'))
      expect([path, foreign.status]).toEqual([path, 404])
      expect(withoutNames(foreign.html)).toBe(withoutNames(absent.html))
      const sent = await as(stranger).post(path === `/keys/${id}` ? `${path}/revoke` : path, {
        confirm: 'x',
        owner: 'self',
        overlap: '0',
        once: 'x',
        name: 'x',
        revision: '1',
      })
      expect([path, sent.status]).toEqual([path, 404])
    }
    for (const deed of ['', '/edit', '/delete']) {
      expect((await as(stranger).get(`/service-accounts/${accountId}${deed}`)).status).toBe(404)
    }
  })

  test('shows nothing to someone who is not signed in, and keeps what they wrote', async () => {
    const { as, paths } = await furnished({ signInUrl: '/sign-in' })
    for (const path of paths) {
      const { status, html } = await as(null).get(path)
      expect([path, status]).toEqual([path, 401])
      expect(html).toContain('href="/sign-in"')
      expect(html).not.toContain('ci-bot')
    }
    const { status, html } = await as(null).post('/keys', { name: 'Kept <b>', token: 'acme_secret' })
    expect(status).toBe(401)
    expect(html).toContain('value="Kept &lt;b&gt;"')
    expect(html).not.toContain('acme_secret')
  })

  test('says that it could not be loaded when the store fails, and tells the host', async () => {
    const { as, faults, keyring } = await furnished()
    await keyring.close()
    const { status, html } = await as(ada).get('/')
    expect(status).toBe(503)
    expect(html).toContain('Your keys still work')
    expect(faults).not.toEqual([])
  })

  test('changes nothing where the console is read-only', async () => {
    const { as, id } = await furnished({ readOnly: true })
    expect((await as(ada).get('/')).html).not.toContain('keys/new')
    expect((await as(ada).get(`/keys/${id}`)).html).not.toContain('/revoke')
    expect((await as(ada).post(`/keys/${id}/revoke`, {})).status).toBe(403)
  })

  test('offers what someone may do, and refuses the rest', async () => {
    const { as, id } = await furnished()
    const own = await as({ ...grace, can: { create: false } }).get('/')
    expect(own.html).toContain('Ask a workspace admin')
    expect(own.html).not.toContain('href="./keys/new"')
    expect((await as({ ...grace, can: { create: false } }).get('/keys/new')).status).toBe(403)
    expect((await as(grace).get(`/keys/${id}`)).status).toBe(404)
    expect((await as(grace).get('/usage')).status).toBe(403)
    expect((await as(grace).get('/service-accounts')).status).toBe(403)
  })
})

describe('a key', () => {
  const fields = { owner: 'self', environment: 'production', grants: 'default', expires: '90' }

  test('is created by a form alone, and its token is on one page', async () => {
    const { as, keyring } = scene()
    const form = await as(ada).get('/keys/new')
    const sent = { ...fields, name: 'Website', once: fieldOf(form, 'once') }
    const shown = await as(ada).post('/keys', sent)
    const token = tokenOf(shown) ?? ''
    expect(shown.status).toBe(200)
    expect(shown.html.split(token)).toHaveLength(2)
    expect((await keyring.verify(token)).ok).toBe(true)

    const again = await as(ada).post('/keys', sent)
    expect(again.html).toContain('already created')
    expect(tokenOf(again)).toBeUndefined()
    expect((await as(ada).get('/')).html).not.toContain(token)
  })

  test('is created once by a form that is sent again later, and by a changed form only when it is sent once more', async () => {
    const { as, keys, clock } = scene()
    const form = await as(ada).get('/keys/new')
    const sent = { ...fields, name: 'Website', once: fieldOf(form, 'once') }
    await as(ada).post('/keys', sent)
    clock.advance(61_000)
    expect((await as(ada).post('/keys', sent)).html).toContain('already created')
    const changed = await as(ada).post('/keys', { ...sent, name: 'Another' })
    expect(changed.status).toBe(422)
    expect(changed.html).toContain('This form already created a key')
    expect((await keys.list()).items).toHaveLength(1)
    await as(ada).post('/keys', { ...sent, name: 'Another', once: fieldOf(changed, 'once') })
    expect((await keys.list()).items.map(({ name }) => name)).toEqual(['Another', 'Website'])
  })

  test('is not created from a form with mistakes: all are named, and what was written stays', async () => {
    const { as, keys } = scene({ create: { fields: [{ name: 'team', label: 'Team', required: true }] } })
    const { status, html } = await as(ada).post('/keys', {
      ...fields,
      name: '',
      grants: 'custom',
      expires: 'date',
      expiresAt: '2020-01-01',
      description: 'Stays',
      once: 'a',
    })
    expect(status).toBe(422)
    for (const field of ['name', 'permissions', 'expiresAt', 'meta.team']) expect(html).toContain(`href="#f-${field}"`)
    expect(html).toContain('>Stays</textarea>')
    expect((await keys.list()).items).toEqual([])
  })

  test('gets what its creator holds at most', async () => {
    const { as, keys } = scene()
    const form = await as(grace).get('/keys/new')
    expect(form.html).toMatch(/value="billing:read"[^>]*disabled/)
    const { status, html } = await as(grace).post('/keys', {
      ...fields,
      name: 'x',
      grants: 'custom',
      permissions: ['billing:read'],
      once: 'a',
    })
    expect(status).toBe(422)
    expect(html).toContain('You do not hold billing:read')
    expect((await keys.list()).items).toEqual([])
  })

  test('gets the answers to questions of the host, and is refused by its check', async () => {
    const { as, keys } = scene({
      create: {
        fields: [{ name: 'team', label: 'Team', options: ['Platform'] }],
        metadata: ({ id }) => ({ by: id }),
        name: { pattern: /^[a-z-]+$/, message: 'Use lower case.' },
        check: ({ name }) => (name === 'taken' ? { field: 'name', message: 'That name is taken.' } : undefined),
      },
    })
    const send = (name: string, team: string) =>
      as(ada).post('/keys', { ...fields, name, 'meta.team': team, once: name })
    expect((await send('Loud', 'Platform')).html).toContain('Use lower case.')
    expect((await send('taken', 'Platform')).html).toContain('That name is taken.')
    expect((await send('fine', 'Other')).html).toContain('Choose one for Team.')
    expect((await send('fine', 'Platform')).status).toBe(200)
    expect((await keys.list()).items[0]?.metadata).toEqual({ team: 'Platform', by: 'ada' })
  })

  test('is rotated with an overlap, once, and the old secret is stopped', async () => {
    const { as, keys, keyring } = scene()
    const { key, token } = await keys.create({
      name: 'CI',
      environment: 'development',
      owner: { type: 'user', id: 'ada' },
    })
    const form = await as(ada).get(`/keys/${key.id}/rotate`)
    const sent = { overlap: '24h', once: fieldOf(form, 'once') }
    const shown = await as(ada).post(`/keys/${key.id}/rotate`, sent)
    const fresh = tokenOf(shown) ?? ''
    expect(shown.html).toContain('Jun 13, 2030')
    expect((await keyring.verify(token)).ok).toBe(true)
    expect((await keyring.verify(fresh)).ok).toBe(true)
    expect((await as(ada).post(`/keys/${key.id}/rotate`, sent)).html).toContain('already rotated')

    const { location } = await as(ada).post(`/keys/${key.id}/end-overlap`, {})
    expect(location).toBe(`/keys/${key.id}?notice=overlap-ended`)
    expect((await keyring.verify(token)).ok).toBe(false)
    expect((await keyring.verify(fresh)).ok).toBe(true)
  })

  test('is revoked after its name was typed, where it is of production or in use', async () => {
    const { as, keys } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const { key } = await keys.create({ name: 'Website', environment: 'production', owner })
    const { key: idle } = await keys.create({ name: 'Idle', environment: 'development', owner })
    expect((await as(ada).post(`/keys/${key.id}/revoke`, { confirm: 'Web' })).status).toBe(422)
    expect((await keys.get(key.id)).status).toBe('active')
    expect((await as(ada).post(`/keys/${key.id}/revoke`, { confirm: 'Website', reason: 'Leaked' })).status).toBe(303)
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked', revokedReason: 'Leaked' })
    expect((await as(ada).post(`/keys/${idle.id}/revoke`, {})).status).toBe(303)
  })

  test('is disabled, enabled and transferred', async () => {
    const { as, keys } = scene()
    const account = await keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
    const { key } = await keys.create({ name: 'CI', environment: 'development', owner: { type: 'user', id: 'ada' } })
    await as(ada).post(`/keys/${key.id}/disable`, { reason: '' })
    expect((await keys.get(key.id)).status).toBe('disabled')
    await as(ada).post(`/keys/${key.id}/enable`, {})
    expect((await keys.get(key.id)).status).toBe('active')
    expect((await as(ada).post(`/keys/${key.id}/transfer`, { owner: '' })).status).toBe(422)
    await as(ada).post(`/keys/${key.id}/transfer`, { owner: `service:${account.id}` })
    expect((await keys.get(key.id)).owner).toEqual({ type: 'service', id: account.id })
  })

  test('is edited in one of two tabs: the other is told, and loses nothing', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'CI', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const tab = await as(ada).get(`/keys/${key.id}/edit`)
    const sent = { revision: fieldOf(tab, 'revision'), permissions: ['prompts:read'], expires: 'keep' }
    expect((await as(ada).post(`/keys/${key.id}/edit`, { ...sent, name: 'First' })).status).toBe(303)
    const late = await as(ada).post(`/keys/${key.id}/edit`, { ...sent, name: 'Second' })
    expect(late.status).toBe(409)
    expect(late.html).toContain('value="Second"')
    expect((await keys.get(key.id)).name).toBe('First')
    const retry = { ...sent, name: 'Second', revision: fieldOf(late, 'revision') }
    expect((await as(ada).post(`/keys/${key.id}/edit`, retry)).status).toBe(303)
  })

  test('keeps grants beyond its editor when only the name changes', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({
      name: 'CI',
      environment: 'development',
      owner: { type: 'user', id: 'grace' },
      permissions: ['billing:read', 'prompts:read'],
    })
    const tab = await as(grace).get(`/keys/${key.id}/edit`)
    const sent = {
      revision: fieldOf(tab, 'revision'),
      permissions: ['billing:read', 'prompts:read'],
      expires: 'keep',
      name: 'New',
    }
    expect((await as(grace).post(`/keys/${key.id}/edit`, sent)).status).toBe(303)
    expect((await keys.get(key.id)).permissions).toEqual(['billing:read', 'prompts:read'])
  })
})

describe('several keys', () => {
  test('are revoked after a question, and each says how it went', async () => {
    const { as, keys } = scene()
    const owner = { type: 'user', id: 'ada' } as const
    const made = await Promise.all(['a', 'b'].map((name) => keys.create({ name, environment: 'production', owner })))
    const id = made.map(({ key }) => key.id)
    const asked = await as(ada).post('/review', { action: 'revoke', id })
    expect(asked.html).toContain('Revoke 2 keys')
    expect((await as(ada).post('/review', { action: 'revoke', confirmed: 'yes', id, confirm: '3' })).status).toBe(422)
    const done = await as(ada).post('/review', { action: 'revoke', confirmed: 'yes', id, confirm: '2' })
    expect(done.html).toContain('Revoked 2 of 2')
    expect((await keys.list({ status: 'revoked' })).items).toHaveLength(2)
  })
})

describe('a service account', () => {
  test('is created, edited and deleted with its keys', async () => {
    const { as, keys } = scene()
    const made = await as(ada).post('/service-accounts', {
      name: 'ci-bot',
      permissions: ['prompts:read'],
      revision: '0',
    })
    const path = made.location?.split('?')[0] ?? ''
    const id = path.split('/').at(-1) ?? ''
    await keys.create({ name: 'CI', environment: 'development', owner: { type: 'service', id } })
    const form = await as(ada).get(`${path}/edit`)
    await as(ada).post(`${path}/edit`, {
      name: 'builder',
      permissions: ['prompts:read'],
      revision: fieldOf(form, 'revision'),
    })
    expect((await keys.serviceAccounts.get(id)).name).toBe('builder')
    expect((await as(ada).post(`${path}/delete`, { confirm: 'ci-bot' })).status).toBe(422)
    expect((await as(ada).post(`${path}/delete`, { confirm: 'builder' })).status).toBe(303)
    expect((await keys.list({ status: 'revoked' })).items).toHaveLength(1)
  })
})

describe('troubleshooting', () => {
  test('never calls a key good that was cut off, wherever it was cut, and names the key that it begins like', async () => {
    const { as, token } = await withKey()
    for (let length = token.length - 1; length > token.length - 47; length -= 5) {
      const { html } = await as(ada).post('/troubleshoot', { token: token.slice(0, length) })
      expect([length, html.includes('The key itself is good')]).toEqual([length, false])
      expect([length, html.includes('malformed_key'), html.includes('It begins like')]).toEqual([length, true, true])
    }
    const madeUp = `${token.slice(0, -57)}${'A'.repeat(40)}`
    const { html } = await as(ada).post('/troubleshoot', { token: madeUp })
    expect(html).toContain('No key that you can see begins like it.')
  })

  test('says of a key that was looked up by its ending that its secret was not checked', async () => {
    const { as, token } = await withKey()
    const { html } = await as(ada).post('/troubleshoot', { token: token.slice(-4) })
    expect(html).toContain('Not checked: the secret that the client sends')
    expect((await as(ada).post('/troubleshoot', { token })).html).not.toContain('the secret that the client sends')
  })

  test('explains a token, an id and a hint, and never sends a token back', async () => {
    const { as, keys } = scene()
    const { key, token } = await keys.create({
      name: 'CI',
      environment: 'development',
      owner: { type: 'user', id: 'ada' },
    })
    for (const text of [token, key.id, key.hint, key.hint.slice(-4)]) {
      const { html } = await as(ada).post('/troubleshoot', { token: text, permission: 'prompts:write' })
      expect(html).toContain('insufficient_permission')
      expect(html).not.toContain(token)
    }
    const damaged = await as(ada).post('/troubleshoot', { token: `"${token}"` })
    expect(damaged.html).toContain('malformed_key')
    expect(damaged.html).not.toContain(token)
    expect((await as(stranger).post('/troubleshoot', { token })).html).toContain('not_in_this_workspace')
  })
})

async function withKey(): Promise<Scene & { readonly token: string }> {
  const made = scene()
  const owner = { type: 'user', id: 'ada' } as const
  const { token } = await made.keys.create({ name: 'CI', environment: 'production', owner })
  return { ...made, token }
}

/** Inputs without a label of their own. */
function unlabelled(html: string): readonly string[] {
  return [...html.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)].flatMap(([tag]) => {
    if (/type="(?:hidden|radio|checkbox)"|aria-label=/.test(tag)) return []
    const id = /\bid="([^"]+)"/.exec(tag)?.[1]
    return id !== undefined && html.includes(`for="${id}"`) ? [] : [tag]
  })
}

function withoutNames(html: string): string {
  return html.replace(/req_[\w-]+/g, '').replaceAll(/[\w-]{16}/g, '')
}
