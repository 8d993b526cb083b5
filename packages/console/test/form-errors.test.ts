import { describe, expect, test } from 'vitest'
import { addressesProblem } from '../src/forms/addresses.ts'
import { ada, grace, scene } from './support/scene.ts'

const sent = { name: 'X', once: 'once-1', environment: 'production', grants: 'default', owner: 'self', expires: '90' }

describe('what is wrong with a form', () => {
  test('is said all at once: the end, the addresses and the permissions', async () => {
    const { as, keys } = scene()
    const { html, status } = await as(grace).post('/keys', {
      ...sent,
      grants: 'custom',
      permissions: ['prompts:list', 'billing:read'],
      allowedAddresses: '203.0.113.7\r\n/99',
      expires: 'date',
      expiresAt: '',
    })
    expect(status).toBe(422)
    expect(html).toContain('3 things are not right yet.')
    for (const field of ['allowedAddresses', 'expiresAt', 'permissions']) expect(html).toContain(`id="p-${field}"`)
    expect(html).toContain('You do not hold billing:read, so you cannot give it to a key.')
    expect((await keys.list()).items).toEqual([])
  })

  test('includes what goes beyond the service account', async () => {
    const { as, keys } = scene()
    const account = await keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:list'] })
    const { html } = await as(ada).post('/keys', {
      ...sent,
      name: '',
      owner: 'service',
      account: account.id,
      grants: 'custom',
      permissions: ['runs:read'],
    })
    expect(html).toContain('2 things are not right yet.')
    expect(html).toContain('The service account does not hold runs:read. ci-bot may do prompts:list at most.')
  })

  test('names the line of what is no address, also where a key is edited', async () => {
    const { as, keys } = scene()
    const { key } = await keys.create({ name: 'X', environment: 'production', owner: { type: 'user', id: 'ada' } })
    const wrong = { allowedAddresses: '10.0.0.0/8\r\nhost.example' }
    const edited = { name: 'X', permissions: key.permissions, expires: 'keep', revision: '1', ...wrong }
    for (const { html, status } of [
      await as(ada).post('/keys', { ...sent, ...wrong }),
      await as(ada).post(`/keys/${key.id}/edit`, edited),
    ]) {
      expect(status).toBe(422)
      expect(html).toContain('Line 2: &quot;host.example&quot; is not an address or a range such as 203.0.113.0/24.')
      expect(html).not.toContain('Expected ')
    }
  })

  test('is in the words of people, whatever the field', async () => {
    const { as } = scene({ resources: ['project'] })
    const many = Array.from({ length: 60 }, (_, n) => `10.0.0.${n}`).join('\n')
    for (const more of [
      { name: 'x'.repeat(200) },
      { description: 'x'.repeat(3_000) },
      { environment: 'moon' },
      { allowedAddresses: many },
      { 'reach.project': 'some', 'resources.project': 'x'.repeat(400) },
    ]) {
      const { html, status } = await as(ada).post('/keys', { ...sent, 'reach.project': 'all', ...more })
      expect([Object.keys(more), status]).toEqual([Object.keys(more), 422])
      expect(html).not.toMatch(/Expected |allowedAddresses\[|, got /)
    }
  })
})

describe('the lines of a field for addresses', () => {
  test.each(['', '203.0.113.7', '10.0.0.0/8, 2001:db8::/32\n::1', ' \n,'])('%j is fine', (text) => {
    expect(addressesProblem(text)).toBeUndefined()
  })

  test.each([
    ['/99', 'Line 1: "/99" is not'],
    ['10.0.0.0/33', 'Line 1: "10.0.0.0/33" is not'],
    ['10.0.0.1\n10.0.0.2, here', 'Line 2: "here" is not'],
    ['010.0.0.1', 'Line 1: "010.0.0.1" is not'],
    ['x'.repeat(60), 'Line 1: this is not'],
  ])('%j is not', (text, problem) => {
    expect(addressesProblem(text)).toContain(problem)
  })
})

test.each(['2030-06-31', '2031-02-29', '2030-13-01', '2030-00-10', 'tomorrow', ''])(
  'the day %j does not exist, so no key ends on it',
  async (expiresAt) => {
    const { as, keys } = scene()
    const fields = { owner: 'self', environment: 'production', grants: 'default', name: 'X', once: 'once-1' }
    const { status, html } = await as(ada).post('/keys', { ...fields, expires: 'date', expiresAt })
    expect([status, html.includes('Choose the last day of the key.')]).toEqual([422, true])
    expect((await keys.list()).items).toEqual([])
  },
)
