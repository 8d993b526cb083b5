import { memoryStore } from '@claviger/store-memory'
import { testUsageEntry } from '@claviger/testing'
import { describe, expect, test } from 'vitest'
import { ada, grace, type Scene, scene, used } from './support/scene.ts'

const owner = { type: 'user', id: 'ada' } as const

/** Two keys: one is used and denied once for `runs:create`, one is never used. */
async function denied(): Promise<Scene & { readonly id: string }> {
  const store = memoryStore()
  const made = scene({ store })
  const { key } = await made.keys.create({ name: 'Smoke tests', environment: 'production', owner })
  await made.keys.create({ name: 'Quiet', environment: 'production', owner })
  await store.addUsage(used(key.id, 10))
  return { ...made, id: key.id }
}

describe('what denied requests lacked', () => {
  test('is named on the page of the key, and leads to its explanation', async () => {
    const { as, id } = await denied()
    const { html } = await as(ada).get(`/keys/${id}`)
    expect(html).toContain('<code>runs:create</code>')
    expect(html).toContain(`troubleshoot?key=${id}&amp;permission=runs%3Acreate`)
    const asked = (await as(ada).get(`/troubleshoot?key=${id}&permission=runs%3Acreate`)).html
    expect(asked).toContain('Requests to routes that need runs:create are refused.')
    expect(asked).not.toContain('Requests with this key are refused.')
    expect(asked).toContain('Edit its permissions')
  })

  test('is named in the usage of the workspace, with the keys that were denied', async () => {
    const { as, id } = await denied()
    const { html } = await as(ada).get('/usage')
    expect(html).toContain('<code>runs:create</code>')
    expect(html).toMatch(
      new RegExp(`Most denied[\\s\\S]*keys/${id}[\\s\\S]*Why requests were denied[\\s\\S]*keys/${id}`),
    )
    expect(html).not.toContain('>Quiet<')
  })

  test('makes the verdict on a good key a warning', async () => {
    const { as, id } = await denied()
    const { html } = await as(ada).get(`/troubleshoot?key=${id}`)
    expect(html).toContain('The key itself is good, but 10% of its requests in 30 days were denied.')
    expect(html).toContain('banner warning')
  })

  test('is not shown to those who may not see usage', async () => {
    const { as, id } = await denied()
    const { html } = await as({ ...ada, can: { ...ada.can, viewUsage: false } }).get(`/keys/${id}`)
    expect(html).not.toContain('runs:create</code>')
  })
})

describe('the way out of a refusal', () => {
  test('leads from a disabled key to enabling it, and says who disabled it and why', async () => {
    const { as, keys, id } = await denied()
    await as(ada).post(`/keys/${id}/disable`, { reason: 'Found in a crash report' })
    const { html } = await as(ada).get(`/troubleshoot?key=${id}`)
    expect(html).toContain(`keys/${id}/enable`)
    const headline = (/<strong>Disabled[\s\S]*?<\/strong>/.exec(html)?.[0] ?? '').replace(/<[^>]*>/g, '')
    expect(headline).toMatch(/Disabled .* by .*: Found in a crash report/)
    expect(html.split('Found in a crash report')).toHaveLength(2)
    expect(html).not.toContain('Enable it again')
    expect(html).toContain('Enable it only if this reason does not hold any more.')
    expect(html.indexOf('Enable the key')).toBeGreaterThan(html.indexOf('class="steps"'))
    const asked = (await as(ada).get(`/keys/${id}/enable`)).html
    expect(asked).toContain('Found in a crash report')
    expect(asked).toContain('Enable it only if this reason does not hold any more.')
    expect(await keys.get(id)).toMatchObject({ status: 'disabled' })
  })

  test('says the reason of a revoked key once, as a sentence', async () => {
    const { as, id } = await denied()
    const reason = 'Was visible in a screenshot.'
    await as(ada).post(`/keys/${id}/revoke`, { reason, confirm: 'Smoke tests' })
    const { html } = await as(ada).get(`/troubleshoot?key=${id}`)
    expect(html.split(reason)).toHaveLength(2)
    expect(html).not.toMatch(/screenshot\.\.|\.\)\./)
    expect(html).toContain('Requests with this key are refused.')
  })

  test('tells denials of the past from what key and owner hold now', async () => {
    const { as, keys, id } = await denied()
    await keys.update(id, { permissions: ['runs:create'] })
    const { html } = await as(ada).get(`/troubleshoot?key=${id}&permission=runs%3Acreate`)
    const seen = html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
    expect(seen).toContain('Key and owner hold the permission now.')
    expect(seen).toContain('In the last 30 days 1 request was denied for runs:create, 1 of them in the last 24 hours.')
    expect(seen).toContain('Lacked a permission')
    expect(seen).not.toContain('Lacks a permission')
    const other = (await as(ada).get(`/troubleshoot?key=${id}`)).html
    expect(other).not.toContain('In the last 30 days 1 request')
  })

  test('leads from a revoked key to a replacement that is like it', async () => {
    const { as, keys, keyring } = scene({
      resources: ['project'],
      create: { fields: [{ name: 'team', label: 'Team' }] },
    })
    const account = await keyring.as(ada).serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
    const { key } = await keys.create({
      name: 'Deployments',
      description: 'In the vault',
      environment: 'development',
      permissions: ['prompts:*'],
      owner: { type: 'service', id: account.id },
      metadata: { team: 'Platform' },
      resources: { project: ['p1'] },
    })
    await keys.revoke(key.id)
    const page = (await as(ada).get(`/keys/${key.id}`)).html
    expect(page).toContain(`keys/new?like=${key.id}`)
    const { html } = await as(ada).get(`/keys/new?like=${key.id}`)
    for (const value of ['Deployments', 'Platform']) expect(html).toContain(`value="${value}"`)
    for (const text of ['In the vault</textarea>', 'p1</textarea>']) expect(html).toContain(text)
    expect(html).toContain('value="development" checked')
    expect(html).toMatch(new RegExp(`<option value="${account.id}" selected`))
    for (const name of ['prompts:list', 'prompts:read', 'prompts:write']) {
      expect(html).toMatch(new RegExp(`name="permissions" value="${name}" checked`))
    }
    expect(html).not.toMatch(/name="permissions" value="runs:read" checked/)
    expect((await as(grace).get(`/keys/new?like=${key.id}`)).status).toBe(404)
  })

  test('of a key whose owner left replaces its status, and is a transfer', async () => {
    const { as, keys, keyring } = scene()
    const { key, token } = await keys.create({
      name: 'His',
      environment: 'production',
      owner: { type: 'user', id: 'gone' },
    })
    await keyring.verify(token)
    const { html } = await as(ada).get(`/keys/${key.id}`)
    expect(html).toContain('<span class="badge stop">Owner left</span>')
    expect(html).not.toContain('<span class="badge ok">Active</span>')
    expect((await as(ada).get(`/troubleshoot?key=${key.id}`)).html).toContain(`keys/${key.id}/transfer`)
  })
})

describe('numbers', () => {
  test('before a key is revoked are those of the last 24 hours', async () => {
    const { as, id } = await denied()
    expect((await as(ada).get(`/keys/${id}/revoke`)).html).toContain('9 requests passed in the last 24 hours.')
  })

  test('do not say that a rotation is due after the end', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'Short', environment: 'production', owner, expiresIn: '30d' })
    expect((await as(ada).get(`/keys/${key.id}`)).html).toContain('Not before it expires')
  })

  test('of an ending count in any case where a key is revoked', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'Leaked', environment: 'production', owner })
    await as(ada).post(`/keys/${key.id}/revoke`, { confirm: key.hint.slice(-4).toLowerCase() })
    expect(await keys.get(key.id)).toMatchObject({ status: 'revoked' })
  })
})

test('a line of the log names owners, and not their ids', async () => {
  const { as, keys, keyring } = scene({ people: () => ({ grace: 'Grace Hopper' }) })
  const account = await keyring.as(ada).serviceAccounts.create({ name: 'ci-bot', permissions: ['*:*'] })
  const { key } = await keys.create({ name: 'Moved', environment: 'production', owner: { type: 'user', id: 'grace' } })
  await as(ada).post(`/keys/${key.id}/transfer`, { owner: `service:${account.id}` })
  for (const path of ['/activity', `/keys/${key.id}`]) {
    const { html } = await as(ada).get(path)
    expect(html).toContain('Grace Hopper')
    expect(html).toContain('<bdi>service account ci-bot</bdi>')
    expect(html).not.toContain(`service account ${account.id}`)
  }
})

test('a line of the log tells keys of one name apart, and says of permissions what came and went', async () => {
  const { as, keys } = scene()
  const twins = [
    await keys.create({ name: 'Website', environment: 'production', owner }),
    await keys.create({ name: 'Website', environment: 'production', owner }),
  ]
  await keys.update(twins[0]?.key.id ?? '', { permissions: ['prompts:read', 'runs:create'] })
  const { html } = await as(ada).get('/activity')
  for (const { key } of twins) expect(html).toContain(`<code class="nowrap">${key.hint}</code>`)
  for (const path of ['/activity', `/keys/${twins[0]?.key.id}`]) {
    const log = (await as(ada).get(path)).html
    expect(log).toContain('added <bdi>runs:create</bdi>; removed <bdi>prompts:list</bdi>')
    expect(log).not.toContain('permissions: <bdi>')
  }
})

test('the review says of an old secret how much still comes with it', async () => {
  const store = memoryStore()
  const { as, keys, clock } = scene({ store })
  const { key } = await keys.create({ name: 'Deployments', environment: 'production', owner })
  await keys.rotate(key.id, { overlap: '24h' })
  clock.advance(2 * 3_600_000)
  const hour = Math.floor(clock.now() / 3_600_000) * 3_600_000
  const counted = { workspaceId: 'acme', keyId: key.id, hour }
  const entries = [
    testUsageEntry({ ...counted, version: 1, requests: 2, allowed: 2 }),
    testUsageEntry({ ...counted, version: 2, requests: 8, allowed: 8 }),
  ]
  await store.addUsage({ instanceId: 'test', sequence: 1, entries })
  const share = /[\d.]+% on old secret/.exec((await as(ada).get('/')).html)?.[0]
  expect(share).toBe('20% on old secret')
  expect((await as(ada).get('/review')).html).toContain(share)
})
