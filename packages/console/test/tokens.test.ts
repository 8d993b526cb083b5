import { describe, expect, test } from 'vitest'
import { memoryStore } from '@claviger/store-memory'
import { createKeyring, definePermissions, systemActor } from '@claviger/core'
import { apiKeyConsole } from '@claviger/console'
import { ada, fieldOf, type Reply, scene, tokenOf } from './support/scene.ts'

/** Everything that a host hears while someone uses every flow of the console. */
test('no token is in an event, an error, a header, a redirect or a page other than the one that reveals it', async () => {
  const heard: unknown[] = []
  const made = scene({ onEvent: (event) => void heard.push(event) })
  const { keys, faults } = made
  const replies: { readonly path: string; readonly reply: Reply }[] = []
  const as = (): { get(path: string): Promise<Reply>; post(path: string, fields: Fields): Promise<Reply> } => ({
    async get(path) {
      const reply = await made.as(ada).get(path)
      replies.push({ path, reply })
      return reply
    },
    async post(path, fields) {
      const reply = await made.as(ada).post(path, fields)
      replies.push({ path, reply })
      return reply
    },
  })
  const tokens: string[] = []
  const reveals: Reply[] = []
  const revealed = (reply: Reply): string => {
    const token = tokenOf(reply) ?? ''
    tokens.push(token)
    reveals.push(reply)
    return token
  }

  const wanted = { owner: 'self', environment: 'production', grants: 'default', expires: '90', name: 'Website' }
  const form = await as().get('/keys/new')
  const sent = { ...wanted, once: fieldOf(form, 'once') }
  const first = revealed(await as().post('/keys', sent))
  await as().post('/keys', sent)
  await as().post('/keys', { ...sent, name: 'Changed after it was sent' })
  const [key] = (await keys.list()).items
  const path = `/keys/${key?.id ?? ''}`
  const ask = await as().get(`${path}/rotate`)
  const rotation = { overlap: '24h', once: fieldOf(ask, 'once') }
  const second = revealed(await as().post(`${path}/rotate`, rotation))
  await as().post(`${path}/rotate`, rotation)

  // The token where people put it by mistake.
  for (const token of [first, second]) {
    await as().post('/find', { q: token })
    await as().get(`/?q=${token}`)
    await as().post('/activity/find', { key: token })
    await as().post('/troubleshoot', { token, permission: token, environment: token })
    await as().post('/keys', { ...wanted, name: token, description: token, once: token })
    await as().post(`${path}/edit`, {
      name: token,
      description: token,
      permissions: [token],
      expires: token,
      revision: token,
    })
    await as().post(`${path}/revoke`, { confirm: 'Web', reason: token })
    await as().post(`${path}/transfer`, { owner: token })
    await as().post('/service-accounts', { name: token, description: token, permissions: [token], revision: '0' })
    await as().post('/review', { action: token, id: token })
    await as().get(`/leaving?user=${token}`)
    await as().get(`/activity?user=${token}&key=${token}`)
    await as().get(`/keys/${token}`)
  }
  for (const [deed, fields] of [
    ['end-overlap', {}],
    ['disable', { reason: `found ${first}` }],
    ['enable', {}],
    // A whole key counts as a confirmation.
    ['revoke', { confirm: first, reason: second }],
  ] as const) {
    await as().post(`${path}/${deed}`, fields)
  }
  for (const page of ['/', path, '/review', '/usage', '/activity', '/?ended=true', '/troubleshoot'])
    await as().get(page)

  expect(heard.length).toBeGreaterThan(4)
  expect(new Set(tokens)).toHaveLength(2)
  const told = JSON.stringify([heard, faults.map(textOf)])
  for (const token of tokens) {
    expect(told).not.toContain(token)
    for (const { path: asked, reply } of replies) {
      const where = `${asked.replaceAll(token, '<token>')} ${reply.status}`
      expect([where, JSON.stringify([...reply.headers]).includes(token)]).toEqual([where, false])
      // A form that is refused keeps what was written in it: that is the visitor's own text, on their own page.
      if (reply.status === 422) continue
      expect([where, reply.html.includes(token)]).toEqual([where, reveals.includes(reply) && tokenOf(reply) === token])
    }
  }
})

test('no token is in what a host is told when the store fails in the middle of a flow', async () => {
  const store = memoryStore()
  let isDown = false
  const failing = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        if (isDown) throw new Error(`down: ${JSON.stringify(given)}`)
        return (value as (...all: unknown[]) => unknown).apply(target, given)
      }
    },
  })
  const heard: unknown[] = []
  const keyring = createKeyring({
    prefix: 'acme',
    store: failing,
    permissions: definePermissions({ prompts: ['read'] }),
    defaultPermissions: ['prompts:read'],
    environments: ['production'],
    owners: 'unbounded',
    onError: (fault) => void heard.push(textOf(fault)),
    onEvent: (event) => void heard.push(event),
  })
  await keyring.ready()
  const page = apiKeyConsole({
    keyring,
    authorize: () => ada,
    onError: (error, during, requestId) => void heard.push([textOf(error), during, requestId]),
  })
  const { key, token } = await keyring
    .as(systemActor('acme'))
    .create({ name: 'Website', environment: 'production', owner: { type: 'user', id: 'ada' } })
  const send = async (path: string, fields: Readonly<Record<string, string>>): Promise<string> => {
    const response = await page.fetch(
      new Request(`http://console.test${path}`, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      }),
    )
    return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
  }
  isDown = true
  const answers = [
    await send('/find', { q: token }).then((text) => text),
    await send('/activity/find', { key: token }),
    await send('/troubleshoot', { token }),
    await send('/keys', {
      name: token,
      owner: 'self',
      environment: 'production',
      grants: 'default',
      expires: '90',
      once: 'a',
    }),
    await send(`/keys/${key.id}/rotate`, { overlap: '24h', once: token }),
    await send(`/keys/${key.id}/revoke`, { confirm: token, reason: token }),
  ]
  isDown = false
  expect(answers.filter((text) => text.startsWith('503')).length).toBeGreaterThan(3)
  expect(heard.length).toBeGreaterThan(3)
  expect(JSON.stringify(heard)).not.toContain(token)
  expect(answers.join()).not.toContain(token)
  await keyring.close()
})

type Fields = Readonly<Record<string, string | readonly string[]>>

/** Everything an error says, its causes and own fields too. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error)
  return [error.stack, JSON.stringify(error), error.cause === undefined ? '' : textOf(error.cause)].join(' ')
}

describe('someone whose session has ended', () => {
  const wrongPlaces = (token: string): readonly (readonly [path: string, fields: Fields])[] => [
    ['/find', { q: token, status: 'active' }],
    ['/activity/find', { key: token, days: '7' }],
    ['/troubleshoot', { token, address: token, 'resources.project': token }],
    ['/keys', { name: `CI ${token}`, description: token, [token]: 'yes' }],
    ['/keys/abc/revoke', { confirm: token, reason: `found ${token}` }],
  ]

  test('gets back what was written, and no key that was in it', async () => {
    const { as, keys } = scene()
    const { token } = await keys.create({ name: 'Old', environment: 'production', owner: { type: 'user', id: 'ada' } })
    for (const [path, fields] of wrongPlaces(token)) {
      const { status, html } = await as(null).post(path, fields)
      expect([path, status, html.includes(token)]).toEqual([path, 401, false])
    }
    const { html } = await as(null).post('/keys', { name: `CI ${token}` })
    expect(html).toContain(`value="CI ${token.slice(0, 20)}`)
  })

  test('gets back nothing of a damaged key in a search', async () => {
    const { as } = scene()
    for (const [path, field] of [
      ['/find', 'q'],
      ['/activity/find', 'key'],
    ] as const) {
      expect((await as(null).post(path, { [field]: 'production_damaged_beyond_knowing' })).html).not.toContain('beyond')
    }
  })

  test('is not led to sign in with a key in the URL', async () => {
    const asked: string[] = []
    const { as, keys } = scene({
      authorize: ({ request }) => {
        asked.push(request.url)
        return null
      },
    })
    const { token } = await keys.create({ name: 'Old', environment: 'production', owner: { type: 'user', id: 'ada' } })
    const { status, location } = await as(null).get(`/?q=${token}&status=active`)
    expect([status, location?.includes(token)]).toEqual([303, false])
    expect(location).toContain('status=active')
    expect(asked).toEqual([])
  })
})

test('a key that is the name of a field in a URL leaves it too', async () => {
  const { as, keys } = scene()
  const { token } = await keys.create({ name: 'Old', environment: 'production', owner: { type: 'user', id: 'ada' } })
  const { status, location } = await as(ada).get(`/?${token}`)
  expect([status, location?.includes(token)]).toEqual([303, false])
  expect((await as(ada).get(location ?? '')).status).toBe(200)
})

test('a key in a path is not told to the host when the page fails', async () => {
  const heard: unknown[] = []
  const { as, keys } = scene({
    limit: () => {
      throw new Error('down')
    },
    onError: (_error, during) => void heard.push(during),
  })
  const { token } = await keys.create({ name: 'Old', environment: 'production', owner: { type: 'user', id: 'ada' } })
  expect((await as(ada).post(`/keys/${token}/disable`, {})).status).toBe(500)
  expect(heard).toHaveLength(1)
  expect(String(heard[0])).toMatch(/^\/keys\/acme_production_/)
  expect(String(heard[0])).not.toContain(token)
})

test('a key that lost its beginning is found by its end, and is in no URL', async () => {
  const { as, keys } = scene()
  const owner = { type: 'user', id: 'ada' } as const
  const { token } = await keys.create({ name: 'Cut', environment: 'production', owner })
  await keys.create({ name: 'NightlyExport_Of_Warehouse-2030', environment: 'production', owner })
  for (const cut of [token.slice(-40), token.slice(8), token.slice(-21)]) {
    const { location } = await as(ada).post('/find', { q: cut })
    expect(location).not.toContain(cut.slice(-12))
    expect((await as(ada).get(location ?? '')).html).toContain('>Cut<')
  }
  const { location } = await as(ada).post('/find', { q: 'NightlyExport_Of_Warehouse-2030' })
  expect((await as(ada).get(location ?? '')).html).toContain('>NightlyExport_Of_Warehouse-2030<')
})
