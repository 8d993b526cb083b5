import { describe, expect, test } from 'vitest'
import { readRestrictions } from '../src/forms/restrictions.ts'
import { ada, fieldOf, grace, type Scene, scene, tokenOf } from './support/scene.ts'

const fields = { owner: 'self', environment: 'production', grants: 'default', expires: '90' }

async function limited(
  resources: readonly string[] = ['project', 'dataset'],
): Promise<Scene & { readonly id: string }> {
  const made = scene({ resources })
  const { key } = await made.keys.create({
    name: 'Partner',
    environment: 'production',
    owner: { type: 'user', id: 'ada' },
    allowedAddresses: ['203.0.113.0/24'],
    ...(resources.length > 0 && { resources: { project: ['p1', 'p2'] } }),
  })
  return { ...made, id: key.id }
}

describe('restrictions in the form that creates a key', () => {
  test('limit it to addresses and resources, and every other type is named as all', async () => {
    const { as, keys, keyring } = scene({ resources: ['project', 'dataset'] })
    const form = await as(ada).get('/keys/new')
    expect(form.html).toContain('Every project')
    const shown = await as(ada).post('/keys', {
      ...fields,
      name: 'Partner',
      once: fieldOf(form, 'once'),
      allowedAddresses: ' 203.0.113.7\r\n2001:DB8::/32, 203.0.113.7\r\n',
      'reach.project': 'some',
      'resources.project': 'p2\r\np1',
      'reach.dataset': 'all',
      'resources.dataset': 'left over',
    })
    const token = tokenOf(shown) ?? ''
    expect((await keys.list()).items[0]).toMatchObject({
      allowedAddresses: ['2001:db8::/32', '203.0.113.7'],
      resources: { project: ['p1', 'p2'] },
    })
    const verify = async (address: string, project: string): Promise<string> => {
      const verification = await keyring.verify(token, { address, resources: { project } })
      return verification.ok ? 'accepted' : verification.code
    }
    expect(await verify('203.0.113.7', 'p1')).toBe('accepted')
    expect(await verify('203.0.113.8', 'p1')).toBe('address_not_allowed')
    expect(await verify('203.0.113.7', 'p3')).toBe('resource_not_allowed')
  })

  test('are not guessed: a choice that is missing, no IDs, and what is no address are named', async () => {
    const { as, keys } = scene({ resources: ['project'] })
    const send = async (more: Readonly<Record<string, string>>): Promise<string> =>
      (await as(ada).post('/keys', { ...fields, name: 'X', once: 'once-1', ...more })).html
    expect(await send({})).toContain('Choose what of project the key reaches.')
    expect(await send({ 'reach.project': 'some', 'resources.project': ' \n, ' })).toContain('ID of each project, or')
    const wrong = await send({ 'reach.project': 'all', allowedAddresses: '010.0.0.1' })
    expect(wrong).toMatch(/id="p-allowedAddresses"/)
    expect(wrong).toContain('010.0.0.1</textarea>')
    expect((await keys.list()).items).toEqual([])
  })

  test('do not stand there for a type that the API does not have', async () => {
    const { as } = scene()
    const { html } = await as(ada).get('/keys/new')
    expect(html).not.toContain('name="reach.')
    expect(html).toContain('name="allowedAddresses"')
  })
})

describe('restrictions of a key', () => {
  test('stand on its page', async () => {
    const { as, id } = await limited()
    const { html } = await as(ada).get(`/keys/${id}`)
    for (const text of ['Only project', 'p1', 'p2', 'Works only from', '203.0.113.0/24']) expect(html).toContain(text)
    expect(html).not.toContain('Only dataset')
  })

  test('are changed by the form, and stay when it does not say them', async () => {
    const { as, id, keys } = await limited()
    const { html } = await as(ada).get(`/keys/${id}/edit`)
    expect(html).toContain('203.0.113.0/24</textarea>')
    const send = async (more: Readonly<Record<string, string>>): Promise<number> => {
      const { name, permissions, revision } = await keys.get(id)
      const sent = { name, description: '', permissions, expires: 'keep', revision: String(revision), ...more }
      return (await as(ada).post(`/keys/${id}/edit`, sent)).status
    }
    expect(await send({})).toBe(303)
    expect(await keys.get(id)).toMatchObject({
      resources: { project: ['p1', 'p2'] },
      allowedAddresses: ['203.0.113.0/24'],
    })
    const narrower = {
      'reach.project': 'some',
      'resources.project': 'p1',
      'reach.dataset': 'some',
      'resources.dataset': 'd',
    }
    expect(await send({ ...narrower, allowedAddresses: '' })).toBe(303)
    expect(await keys.get(id)).toMatchObject({ resources: { project: ['p1'], dataset: ['d'] }, allowedAddresses: [] })
    expect(await send({ 'reach.project': 'all', 'reach.dataset': 'all' })).toBe(303)
    expect((await keys.get(id)).resources).toEqual({})
  })

  test.each([
    ['typed', undefined],
    ['chosen from a list', () => ['a,b', 'p1']],
  ] as const)(
    'whose IDs hold commas and spaces stay exactly as they are in a form where they are %s',
    async (_, given) => {
      const { as, keys } = scene({ resources: ['project'], resourceChoices: given })
      const ids = [' p2 ', 'a,b', 'p1']
      const { key } = await keys.create({
        name: 'Partner',
        environment: 'production',
        owner: { type: 'user', id: 'ada' },
        resources: { project: ids },
      })
      const { html } = await as(ada).get(`/keys/${key.id}/edit`)
      const [, typed = ''] = /<textarea[^>]*name="resources\.project"[^>]*>([^<]*)</.exec(html) ?? []
      const ticked = [...html.matchAll(/name="resources\.project" value="([^"]*)" checked/g)].map(([, id = '']) => id)
      const send = async (more: Readonly<Record<string, string | readonly string[]>>): Promise<readonly string[]> => {
        const { permissions, revision } = await keys.get(key.id)
        const sent = { name: 'Renamed', description: '', permissions, expires: 'keep', revision: String(revision) }
        const shown =
          given === undefined
            ? { 'resources.project': typed }
            : { 'listed.project': 'yes', 'resources.project': ticked }
        const { status } = await as(ada).post(`/keys/${key.id}/edit`, {
          ...sent,
          'reach.project': 'some',
          ...shown,
          ...more,
        })
        expect(status).toBe(303)
        return (await keys.get(key.id)).resources['project'] ?? []
      }
      expect(await send({})).toEqual(ids)
      expect((await keys.get(key.id)).name).toBe('Renamed')
      if (given === undefined) {
        expect(await send({ 'resources.project': `${typed}\r\nx, y` })).toEqual([' p2 ', 'a,b', 'p1', 'x', 'y'])
        expect(await send({ 'resources.project': 'a,b' })).toEqual(['a,b'])
      }
    },
  )

  test('go over exactly to a key that takes its place', async () => {
    const { as, keys } = scene({ resources: ['project'] })
    const { key } = await keys.create({
      name: 'Partner',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
      resources: { project: ['a,b', 'p1 '] },
    })
    await keys.revoke(key.id)
    const form = await as(ada).get(`/keys/new?like=${key.id}`)
    const [, typed = ''] = /<textarea[^>]*name="resources\.project"[^>]*>([^<]*)</.exec(form.html) ?? []
    const sent = { ...fields, name: 'New', once: 'once-1', 'reach.project': 'some', 'resources.project': typed }
    await as(ada).post('/keys', { ...sent, replaces: fieldOf(form, 'replaces') })
    expect((await keys.list({ search: 'New' })).items[0]?.resources).toEqual({ project: ['a,b', 'p1 '] })
  })

  test('that would hand out more than the visitor reaches are refused at their field', async () => {
    const { as, keys } = scene({ resources: ['project'] })
    const held = { ...grace, resources: { project: ['p1'] } }
    const send = async (ids: string): Promise<{ status: number; html: string }> =>
      as(held).post('/keys', {
        ...fields,
        name: 'X',
        once: `once-${ids}`,
        'reach.project': 'some',
        'resources.project': ids,
      })
    const refused = await send('p2')
    expect(refused.status).toBe(422)
    expect(refused.html).toContain('p2')
    expect((await send('p1')).status).toBe(200)
    expect((await keys.list()).items).toHaveLength(1)
  })
})

describe('troubleshooting a limited key', () => {
  test('does not repeat a key that was written where the ID of a resource belongs', async () => {
    const { as, id, keys } = await limited()
    const { token } = await keys.create({
      name: 'Other',
      environment: 'production',
      owner: { type: 'user', id: 'ada' },
    })
    const ask = async (more: Readonly<Record<string, string>>): Promise<boolean> =>
      (await as(ada).post('/troubleshoot', { token: id, ...more })).html.includes(token)
    expect(await ask({ 'resources.project': token })).toBe(false)
    expect(await ask({ 'resources.project': `https://acme.example/p/${token}/x`, address: 'nowhere' })).toBe(false)
  })

  test('says that the address or the resource of the request is not one of its own', async () => {
    const { as, id } = await limited()
    const ask = async (more: Readonly<Record<string, string>>): Promise<string> =>
      (await as(ada).post('/troubleshoot', { token: id, permission: '', environment: '', ...more })).html
    expect(await ask({ address: '198.51.100.1' })).toContain('address_not_allowed')
    expect(await ask({ address: '203.0.113.9', 'resources.project': 'p9' })).toContain('resource_not_allowed')
    expect(await ask({ address: '203.0.113.9', 'resources.project': 'p1' })).toContain('The key itself is good.')
  })
})

describe('reading restrictions of a form', () => {
  test('takes lines and commas, each text once, and keeps spaces inside an ID', () => {
    const read = readRestrictions({
      addresses: '',
      resources: new Map([['project', { choice: 'some', ids: ' a b \r\n\r\nc,, c ,a b' }]]),
    })
    expect(read).toEqual({ allowedAddresses: [], resources: { project: ['a b', 'c'] } })
  })
})
