import { memoryStore } from '@claviger/store-memory'
import { expect, test } from 'vitest'
import { ada, called, grace, type Scene, scene, used } from './support/scene.ts'

const owner = { type: 'user', id: 'ada' } as const

async function idsOf({ keys }: Scene, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let number = 1; number <= count; number += 1) {
    ids.push((await keys.create({ name: `Key ${number}`, environment: 'production', owner })).key.id)
  }
  return ids
}

test('a number that was mistyped does not lose the reason', async () => {
  const made = scene()
  const id = await idsOf(made, 2)
  const sent = { action: 'revoke', id, confirmed: 'yes', confirm: '3', reason: 'Leaked in a chat' }
  const { status, html } = await made.as(ada).post('/review', sent)
  expect(status).toBe(422)
  expect(html).toContain('value="Leaked in a chat"')
})

test('more keys than one call takes are told, and not left out silently', async () => {
  const made = scene()
  const id = await idsOf(made, 102)
  const { html } = await made.as(ada).post('/review', { action: 'disable', id })
  expect(html).toContain('Disable 100 keys')
  expect(html.replace(/\s+/g, ' ')).toContain('You chose 102. These are the first 100')
  const few = await made.as(ada).post('/review', { action: 'disable', id: id.slice(0, 100) })
  expect(few.html).not.toContain('You chose')
})

test('keys that are gone lead back to the review', async () => {
  const { as } = scene()
  for (const confirmed of ['', 'yes']) {
    expect((await as(ada).post('/review', { action: 'revoke', id: 'gone', confirmed })).location).toBe('/review')
  }
})

test('is refused to people who may not revoke, before anything is shown', async () => {
  const made = scene()
  const { key } = await made.keys.create({
    name: 'Own',
    environment: 'production',
    owner: { type: 'user', id: 'grace' },
  })
  const viewer = { ...grace, can: { revoke: false, rotate: false, update: false } }
  const forms: readonly (readonly [path: string, fields: Readonly<Record<string, string>>])[] = [
    ['/review', { action: 'revoke', id: key.id }],
    [`/keys/${key.id}/edit`, { name: '' }],
    [`/keys/${key.id}/transfer`, { owner: 'nobody' }],
    [`/keys/${key.id}/rotate`, { overlap: 'never' }],
    [`/keys/${key.id}/revoke`, { confirm: '' }],
  ]
  for (const [path, fields] of forms) {
    const { status, html } = await made.as(viewer).post(path, fields)
    expect([path, status, html.includes('>Own<')]).toEqual([path, 403, false])
  }
})

test('nothing selected is said where the buttons are', async () => {
  const made = scene()
  await made.keys.create({ name: 'Own', environment: 'production', owner, expiresIn: '1d' })
  const { status, location, headers } = await made.as(ada).post('/review', { action: 'revoke' })
  expect([status, location]).toEqual([303, '/review?notice=nothing'])
  expect(headers.get('location')).toMatch(/#chosen$/)
  const { html } = await made.as(ada).get('/review?notice=nothing')
  expect(html).toMatch(/id="chosen"><p class="problem" role="alert">.*No key is selected/)
  expect((await made.as(ada).get('/review')).html).not.toContain('No key is selected')
})

test('the question says of each key how it is used and by whom, and counts one key as one', async () => {
  const store = memoryStore()
  const made = scene({ store, usage: { callers: true } })
  const [busy = '', idle = ''] = await idsOf(made, 2)
  await store.addUsage?.(used(busy, 120))
  await store.addCallers?.([called(busy, 3, { agent: 'okhttp' })])
  const read = async (id: readonly string[]) =>
    (await made.as(ada).post('/review', { action: 'revoke', id })).html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')
  const both = await read([busy, idle])
  expect(both).toContain('119 requests in 24 hours')
  expect(both).toContain('Revoking it breaks this caller')
  expect(both).toContain('okhttp')
  expect(both).toContain('never used')
  expect(both).not.toContain('last used never')
  expect(both).toContain('Type 2 to revoke these 2 keys')
  const one = await read([idle])
  expect(one).toContain('Requests with this key get 401')
  expect(one).toContain('Type 1 to revoke this 1 key')
})
