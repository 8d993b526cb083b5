import type { ConsoleOptions } from '@claviger/console'
import { describe, expect, test } from 'vitest'
import { ada, fieldOf, type Permission, type Scene, scene } from './support/scene.ts'

const owner = { type: 'user', id: 'ada' } as const

async function withAccount(): Promise<Scene & { readonly account: string }> {
  const made = scene({ presets: [{ label: 'CI', permissions: ['prompts:read', 'runs:create'] }] })
  const { id } = await made.keyring.as(ada).serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
  return { ...made, account: id }
}

describe('a service account that holds less than was chosen', () => {
  test('is said in the form, with a link that widens it in another tab, and marks on what goes beyond it', async () => {
    const { as, account } = await withAccount()
    const form = await as(ada).get('/keys/new')
    const sent = await as(ada).post('/keys', {
      once: fieldOf(form, 'once'),
      name: 'Deployments',
      owner: 'service',
      account,
      environment: 'production',
      grants: 'preset-0',
      expires: '90',
    })
    expect(sent.status).toBe(422)
    expect(sent.html).toContain('ci-bot may do prompts:* at most')
    expect(sent.html).toMatch(
      new RegExp(`href="[^"]*service-accounts/${account}/edit" target="_blank" rel="noopener">Widen <bdi>ci-bot</bdi>`),
    )
    expect(sent.html).toContain('data-beyond="prompts:read runs:create">More than the service account may do')
    expect(sent.html).toMatch(/data-beyond="prompts:list prompts:read" hidden/)
    expect(sent.html).toMatch(/name="account"[^>]*aria-invalid|data-account/)
  })

  test('tells the script what it lacks, and marks nothing while no account is chosen', async () => {
    const { as } = await withAccount()
    const { html } = await as(ada).get('/keys/new')
    expect(html).toContain('data-lacks="runs:read runs:create billing:read keys:manage"')
    expect(html).not.toMatch(/data-beyond="[^"]*">/)
  })
})

describe('resources to choose from', () => {
  const projects = [{ id: 'p1', name: 'Website' }, { id: 'p2', name: 'Shop' }, 'p3']
  const choosing = (resourceChoices: ConsoleOptions<Permission>['resourceChoices']): Scene =>
    scene({ resources: ['project', 'dataset'], resourceChoices })
  const offering = (): Scene => choosing(async (type) => (type === 'project' ? projects : undefined))

  test('stand in the form with their names, and what the host does not list is typed', async () => {
    const { html } = await offering().as(ada).get('/keys/new')
    for (const id of ['p1', 'p2', 'p3']) {
      expect(html).toContain(`<input type="checkbox" name="resources.project" value="${id}"`)
    }
    expect(html).toContain('<bdi>Website</bdi>')
    expect(html).toMatch(/<textarea[^>]*name="resources.dataset"/)
  })

  test('become the limits of a key, and its page names them', async () => {
    const { as, keys } = offering()
    const form = await as(ada).get('/keys/new')
    const sent = await as(ada).post('/keys', {
      once: fieldOf(form, 'once'),
      name: 'Shop only',
      owner: 'self',
      environment: 'production',
      grants: 'default',
      expires: '90',
      'reach.project': 'some',
      'listed.project': 'yes',
      'resources.project': ['p2', 'p3'],
      'reach.dataset': 'all',
    })
    expect(sent.status).toBe(200)
    const [key] = (await keys.list({})).items
    expect(key?.resources).toEqual({ project: ['p2', 'p3'] })
    const { html } = await as(ada).get(`/keys/${key?.id}`)
    expect(html).toContain('<bdi>Shop</bdi>')
    const edit = (await as(ada).get(`/keys/${key?.id}/edit`)).html
    expect(edit).toMatch(/name="resources.project" value="p2" checked/)
    expect(edit).not.toMatch(/name="resources.project" value="p1" checked/)
  })

  test('that a key has and the list has not stay with it', async () => {
    const { as, keys } = offering()
    const { key } = await keys.create({
      name: 'Old',
      environment: 'production',
      owner,
      resources: { project: ['gone'] },
    })
    const { html } = await as(ada).get(`/keys/${key.id}/edit`)
    expect(html).toMatch(/name="resources.project" value="gone" checked/)
    expect(html).toContain('not in the list of your application')
  })

  test('have to be ticked where only some were chosen', async () => {
    const { as } = offering()
    const form = await as(ada).get('/keys/new')
    const sent = await as(ada).post('/keys', {
      once: fieldOf(form, 'once'),
      name: 'None',
      environment: 'production',
      grants: 'default',
      expires: '90',
      'reach.project': 'some',
      'listed.project': 'yes',
      'reach.dataset': 'all',
    })
    expect([sent.status, sent.html.includes('Tick each project, or choose all.')]).toEqual([422, true])
  })

  test.each([
    ['too many', () => Array.from({ length: 501 }, (_, n) => `p${n}`)],
    ['a failure', () => Promise.reject(new Error('database away'))],
    ['what is no list of names', () => [{ id: 7, name: 'Seven' }] as never],
  ])('are typed after %s', async (what, resourceChoices) => {
    const { as, faults } = choosing(resourceChoices)
    const { status, html } = await as(ada).get('/keys/new')
    expect([status, /<textarea[^>]*name="resources.project"/.test(html)]).toEqual([200, true])
    expect(faults.length > 0).toBe(what !== 'too many')
  })

  test('are no more than those that the visitor reaches', async () => {
    const { html } = await offering()
      .as({ ...ada, resources: { project: ['p2'] } })
      .get('/keys/new')
    expect(html).toContain('value="p2"')
    expect(html).not.toMatch(/name="resources.project" value="p1"/)
  })
})

describe('the choices of permissions', () => {
  test('say of a preset what it allows, also where it has words of its own', async () => {
    const { html } = await scene({
      presets: [
        { label: 'CI', description: 'For pipelines', permissions: ['prompts:read', 'runs:create'] },
        { label: 'Other', permissions: ['runs:read'] },
      ],
    })
      .as(ada)
      .get('/keys/new')
    expect(html).toContain('<small>For pipelines. Allows prompts:read, runs:create.')
    expect(html).toContain('<small>runs:read')
  })

  test('name every permission of a preset, up to many', async () => {
    const of = async (permissions: readonly string[]) => {
      const { html } = await scene({ presets: [{ label: 'CI', permissions }] })
        .as(ada)
        .get('/keys/new')
      return /<b>CI<\/b><small>([^<]*)/.exec(html)?.[1]
    }
    const five = ['prompts:list', 'prompts:read', 'prompts:write', 'runs:read', 'runs:create']
    expect(await of(five)).toBe(five.join(', '))
  })

  test('tick nothing that no one chose: Custom starts empty', async () => {
    const { html } = await scene().as(ada).get('/keys/new')
    expect(html).toContain('<b>Custom</b><small>Choose each one.</small>')
    expect(html).not.toMatch(/name="permissions"[^>]*checked/)
  })
})

describe('the form that changes a key', () => {
  const fields = [
    { name: 'team', label: 'Team', options: ['Platform', 'Data'], required: true },
    { name: 'ticket', label: 'Ticket', maxLength: 10 },
  ]
  async function asked(metadata: Readonly<Record<string, string>>) {
    const made = scene({ create: { fields, metadata: () => ({ cost: 'c1' }) } })
    const { key } = await made.keys.create({ name: 'Website', environment: 'production', owner, metadata })
    const send = (more: Readonly<Record<string, string>>) =>
      made.as(ada).post(`/keys/${key.id}/edit`, {
        revision: String(key.revision),
        name: 'Website',
        permissions: ['prompts:list', 'prompts:read'],
        expires: 'keep',
        ...more,
      })
    return { ...made, id: key.id, send, read: async () => (await made.keys.get(key.id)).metadata }
  }

  test('asks what the form that creates one asks, keeps other metadata, and takes an answer back', async () => {
    const { as, id, send, read } = await asked({ team: 'Data', ticket: 'Payments-1', cost: 'c1' })
    const { html } = await as(ada).get(`/keys/${id}/edit`)
    expect(html).toContain('<option value="Data" selected="">Data</option>')
    expect(html).toContain('value="Payments-1"')
    expect((await send({ 'meta.team': 'Platform', 'meta.ticket': '' })).status).toBe(303)
    expect(await read()).toEqual({ team: 'Platform', cost: 'c1' })
  })

  test('says what is wrong with an answer, and changes nothing', async () => {
    const { send, read } = await asked({ team: 'Data' })
    const wrong = await send({ 'meta.team': 'Sales', 'meta.ticket': 'x'.repeat(11) })
    expect([wrong.status, wrong.html.includes('Choose one for Team.')]).toEqual([422, true])
    expect(wrong.html).toContain('At most 10 characters for Ticket.')
    expect((await send({ 'meta.team': '' })).html).toContain('Fill in Team.')
    expect(await read()).toEqual({ team: 'Data' })
  })

  test('leaves answers alone that it did not ask for, or that were given before the choices changed', async () => {
    const { as, id, send, read } = await asked({ team: 'Legacy' })
    expect((await as(ada).get(`/keys/${id}/edit`)).html).toContain('<option value="Legacy" selected="">Legacy</option>')
    expect((await send({ 'meta.team': 'Legacy', 'meta.ticket': '' })).status).toBe(303)
    expect(await read()).toEqual({ team: 'Legacy' })
    const other = await asked({ team: 'Data', ticket: 'Payments-1' })
    expect((await other.send({})).status).toBe(303)
    expect(await other.read()).toEqual({ team: 'Data', ticket: 'Payments-1' })
  })

  test('marks what the owner lacks: everything of a service account, of a person what does not work', async () => {
    const { as, keys, account } = await withAccount()
    const said = (name: string): RegExp => new RegExp(`data-beyond="${name}">More than its owner may do`)
    const served = await keys.create({
      name: 'Bot',
      environment: 'production',
      owner: { type: 'service', id: account },
      permissions: ['prompts:*'],
    })
    const bot = (await as(ada).get(`/keys/${served.key.id}/edit`)).html
    expect(bot).toMatch(said('runs:create'))
    expect(bot).not.toMatch(said('prompts:read'))
    expect(bot).not.toMatch(said('prompts:\\*'))
    const { key } = await keys.create({
      name: 'Hers',
      environment: 'production',
      owner: { type: 'user', id: 'grace' },
      permissions: ['prompts:*', 'runs:read'],
    })
    const hers = (await as(ada).get(`/keys/${key.id}/edit`)).html
    expect(hers).toMatch(said('prompts:write'))
    expect(hers).toMatch(said('prompts:\\*'))
    for (const name of ['prompts:read', 'runs:read', 'runs:create']) expect(hers).not.toMatch(said(name))
  })
})
