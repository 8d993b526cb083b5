import { describe, expect, test } from 'vitest'
import { networkAround } from '../src/format/network-words.ts'
import { ada, scene } from './support/scene.ts'

async function logged() {
  const made = scene()
  await made.keys.create({ name: 'Website', environment: 'production', owner: { type: 'user', id: 'ada' } })
  return async (path: string) => (await made.as(ada).get(path)).html
}

describe('the filters of the log', () => {
  test('count days only when there is one', async () => {
    const html = await logged()
    expect(await html('/activity?when=dates')).not.toContain('Filters (1)')
    expect(await html('/activity?when=dates&from=2030-06-01')).toContain('Filters (1)')
  })

  test('that are set are named, each with a link that takes it away', async () => {
    const html = await logged()
    const set = await html('/activity?when=yesterday&action=key.created')
    expect(set).toMatch(/href="\?action=key.created" aria-label="Remove the filter Yesterday, Jun 11"/)
    expect(set).toMatch(/href="\?when=yesterday" aria-label="Remove the filter Created the key"/)
    expect(await html('/activity')).not.toContain('Remove the filter')
  })

  test('that find nothing say for which days, and lead to the nearest time with lines', async () => {
    const html = await logged()
    const empty = await html('/activity?when=yesterday')
    expect(empty).toContain('Nothing was done in this time that fits: Yesterday, Jun 11.')
    expect(empty).toMatch(/<a class="button" href="\?when=7d">Last 7 days/)
    const days = await html('/activity?when=dates&from=2030-06-01&to=2030-06-03')
    expect(days).toContain('Jun 1, 2030 to Jun 3, 2030')
    expect(await html('/activity?when=yesterday&action=key.revoked')).not.toContain('Last 7 days</a>')
  })
})

test('a line of the log has the clock beside how long ago it was', async () => {
  const html = await logged()
  expect(await html('/activity')).toContain('<span class="clock nowrap">Jun 12, 10:00</span>')
})

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8::/48'],
  ['2001:0:0:1:2:3:4:5', '2001::/48'],
  ['::1', '::/48'],
  ['of no kind', '\u2013'],
])('of the address %s the network is shown: %s', (ip, network) => {
  expect(networkAround(ip)).toBe(network)
})
