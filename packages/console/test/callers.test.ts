import { memoryStore } from '@claviger/store-memory'
import { describe, expect, test } from 'vitest'
import { ada, called, grace, type Scene, scene } from './support/scene.ts'

const hourMs = 3_600_000
const owner = { type: 'user', id: 'ada' } as const
const usage = { callers: true } as const

interface Kept extends Scene {
  readonly id: string
  readonly token: string
  /** Stores callers, seen from the clock of the scene. */
  calls(...some: readonly [minutesAgo: number, more?: Parameters<typeof called>[2]][]): Promise<void>
  /** A page as text: without markup, one space for any. */
  text(path: string): Promise<string>
}

/** A key whose callers are kept, unless told otherwise. */
async function kept(options: Parameters<typeof scene>[0] = {}): Promise<Kept> {
  const store = options.store ?? memoryStore()
  const made = scene({ usage, ...options, store })
  const { key, token } = await made.keys.create({ name: 'Website', environment: 'production', owner })
  return {
    ...made,
    id: key.id,
    token,
    calls: async (...some) => {
      const entries = some.map(([minutesAgo, more]) => called(key.id, minutesAgo, more, made.clock.now()))
      await store.addCallers?.(entries)
    },
    text: async (path) => textOf((await made.as(ada).get(path)).html),
  }
}

/** The text of a page, with what is folded. */
function textOf(html: string): string {
  return html
    .slice(html.indexOf('<main') + 1)
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/&[lr]dquo;|[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,])/g, '')
}

const script = { agent: 'python-requests', network: '10.7.0.0/16' } as const

describe('the page of a key', () => {
  test('says who uses the secret: program, network and when', async () => {
    const { text, id, calls } = await kept()
    await calls([3], [120, { agent: 'curl', network: '2001:db8:1::/48' }])
    expect(await text(`/keys/${id}`)).toContain(
      'Used by node 10.2.0.0/16 3 minutes ago curl 2001:db8:1::/48 2 hours ago',
    )
  })

  test('says which addresses a network stands for', async () => {
    const { as, text, id, calls } = await kept()
    await calls([3], [4, { network: '2001:db8:1::/48' }])
    expect(await text(`/keys/${id}`)).toContain('10.2.0.0/16 stands for the addresses 10.2.0.0 to 10.2.255.255.')
    expect((await as(ada).get(`/keys/${id}`)).html).toContain('title="all that begin with 2001:db8:1:"')
  })

  test('says so where program or address is not known', async () => {
    const { text, id, calls } = await kept()
    await calls([3, { agent: null }], [4, { network: null }])
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('No program named 10.2.0.0/16 3 minutes ago node address not known 4 minutes ago')
  })

  test('shows three callers, and the others on demand', async () => {
    const { as, text, id, calls } = await kept()
    await calls(...Array.from({ length: 12 }, (_, index): [number, object] => [index + 1, { agent: `job-${index}` }]))
    const { html } = await as(ada).get(`/keys/${id}`)
    const [open = '', folded = ''] = html.slice(html.indexOf('Used by')).split('<details')
    expect(['job-0', 'job-2', 'job-3'].map((name) => open.includes(name))).toEqual([true, true, false])
    expect(folded).toContain('job-11')
    expect(await text(`/keys/${id}`)).toContain('Show 9 more')
  })

  test('writes what a client calls itself as text', async () => {
    const { as, id, calls } = await kept()
    await calls([3, { agent: '<script>alert(1)</script>', network: '"><b>' }])
    const { html } = await as(ada).get(`/keys/${id}`)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('"><b>')
  })

  test('has nothing of them where none came yet', async () => {
    const { as, id } = await kept()
    expect((await as(ada).get(`/keys/${id}`)).html).not.toContain('class="callers')
  })

  test('has nothing of them, and reads none, where they are not kept', async () => {
    const store = memoryStore()
    let reads = 0
    const counting = {
      ...store,
      callers: (query: Parameters<typeof store.callers>[0]) => (reads++, store.callers(query)),
    }
    const { as, id, calls } = await kept({ store: counting, usage: {} })
    await calls([3])
    for (const page of ['', '/revoke', '/rotate', '/disable']) {
      const { status, html } = await as(ada).get(`/keys/${id}${page}`)
      expect([page, status, html.includes('10.2.0.0/16')]).toEqual([page, 200, false])
    }
    expect(reads).toBe(0)
  })

  test('shows none to those who may not see usage', async () => {
    const { as, keys, id, calls } = await kept()
    await keys.transfer(id, { type: 'user', id: 'grace' })
    await calls([3])
    expect((await as(grace).get(`/keys/${id}`)).html).toContain('10.2.0.0/16')
    const blind = { ...grace, can: { viewUsage: false } }
    expect((await as(blind).get(`/keys/${id}`)).html).not.toContain('10.2.0.0/16')
    expect((await as(blind).get(`/keys/${id}/revoke`)).html).not.toContain('10.2.0.0/16')
  })

  test('is whole without them where they cannot be read, says so, and tells the host', async () => {
    const store = { ...memoryStore(), callers: () => Promise.reject(new Error('down')) }
    const { as, id, faults } = await kept({ store })
    const { status, html } = await as(ada).get(`/keys/${id}`)
    expect([status, html.includes('could not be read just now'), faults.length]).toEqual([200, true, 1])
    expect(html).toContain('Secret versions')
    expect((await as(ada).get(`/keys/${id}/revoke`)).status).toBe(200)
  })
})

describe('during an overlap, the old secret', () => {
  async function rotated(): Promise<Kept> {
    const given = await kept()
    given.clock.advance(48 * hourMs)
    await given.keys.rotate(given.id, { overlap: '24h' })
    given.clock.advance(3 * hourMs)
    return given
  }

  test('names every program that still uses it, and not those that moved', async () => {
    const { text, id, calls } = await rotated()
    await calls([1, script], [2, { agent: 'curl' }], [170], [1, { version: 2 }])
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('Still using it python-requests 10.7.0.0/16 1 minute ago curl 10.2.0.0/16 2 minutes ago')
    expect(seen).toContain('Moved to the new secret (1) node 10.2.0.0/16 3 hours ago')
    expect(seen).toContain('Used by node 10.2.0.0/16 1 minute ago')
    expect(seen).toContain('The old secret stops in 21 hours, and 2 callers still use it')
  })

  test('does not take one for moved of which some machines may still use the old secret', async () => {
    const { text, id, calls } = await rotated()
    await calls([2], [1, { version: 2 }])
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('Still using it node 10.2.0.0/16 2 minutes ago')
    expect(seen).not.toContain('Moved')
  })

  test('names those that were not back since the rotation, and is not called safe to stop', async () => {
    const { text, id, calls } = await rotated()
    await calls([20 * 60, script], [40 * 24 * 60, { agent: 'gone' }], [5, { version: 2 }], [20 * 60])
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('Not back since the rotation python-requests 10.7.0.0/16 20 hours ago')
    expect(seen).toContain('But 1 caller has not come with the new one')
    expect(seen).not.toContain('It is safe to stop it.')
    expect(seen).not.toContain('gone')
  })

  test('is not called unused while something uses it, nor safe to stop for what came back with it hours ago', async () => {
    const { text, id, calls } = await rotated()
    await calls([30, script])
    expect(await text(`/keys/${id}`)).not.toContain('Nothing has used')
    const { text: later, id: other, calls: called } = await rotated()
    await called([120, script])
    expect(await later(`/keys/${other}`)).toContain('But 1 caller has not come with the new one')
  })

  test('is safe to stop where everyone moved', async () => {
    const { text, id, calls } = await rotated()
    await calls([20 * 60], [5, { version: 2 }])
    expect(await text(`/keys/${id}`)).toContain('It is safe to stop it.')
  })

  test('names them before it is stopped', async () => {
    const { text, id, calls } = await rotated()
    await calls([1, script], [1, { version: 2 }])
    const seen = await text(`/keys/${id}/end-overlap`)
    expect(seen).toContain('Stopping it breaks this caller python-requests 10.7.0.0/16 1 minute ago')
    expect(seen).not.toContain('node')
  })

  test('is shown after its end as long as something tries it', async () => {
    const { text, id, calls, clock, keys } = await rotated()
    await calls([1, script])
    await keys.endOverlap(id)
    clock.advance(5 * hourMs)
    expect(await text(`/keys/${id}`)).not.toContain('Previous')
    await calls([2, script])
    expect(await text(`/keys/${id}`)).toMatch(
      /Previous v1 .* stopped 5 hours ago Still trying it python-requests 10\.7\.0\.0\/16 2 minutes ago/,
    )
  })

  test('is explained with who calls with it, in Troubleshoot', async () => {
    const { as, token, calls, clock } = await rotated()
    clock.advance(30 * hourMs)
    await calls([2, script], [1, { version: 2 }])
    const { html } = await as(ada).post('/troubleshoot', { token, permission: '', environment: '' })
    const seen = textOf(html.slice(html.indexOf('aria-label="Result"')))
    expect(html).toContain('key_rotated')
    expect(seen).toContain('Still trying it python-requests 10.7.0.0/16 2 minutes ago')
    expect(seen).not.toContain('node')
  })
})

describe('a key that is refused', () => {
  test.each([
    ['revoked', 'revoke'],
    ['disabled', 'disable'],
  ] as const)('that was %s says who still tries it, and who used it before', async (_how, deed) => {
    const { text, as, id, calls, keys, clock } = await kept()
    await calls([5], [6, script])
    await keys[deed](id)
    clock.advance(hourMs)
    expect(await text(`/keys/${id}`)).not.toContain('still trie')
    await calls([1, script])
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('1 caller still tries it')
    expect(seen).toContain('Still trying it python-requests 10.7.0.0/16 1 minute ago')
    expect(seen).toContain('Used it before (1) node 10.2.0.0/16 1 hour ago')
    expect((await as(ada).get(`/keys/${id}`)).html).toContain('href="#secrets"')
  })

  test('that was not tried for a week is not called tried still', async () => {
    const { text, id, calls, keys, clock } = await kept()
    await keys.revoke(id)
    clock.advance(hourMs)
    await calls([1, script])
    clock.advance(8 * 24 * hourMs)
    const seen = await text(`/keys/${id}`)
    expect(seen).toContain('Tried it after it stopped python-requests 10.7.0.0/16 8 days ago')
    expect(seen).not.toContain('still trie')
  })

  test('that expired does so too', async () => {
    const store = memoryStore()
    const { keys, as, clock } = scene({ usage, store })
    const { key } = await keys.create({ name: 'X', environment: 'production', owner, expiresIn: '1d' })
    clock.advance(30 * hourMs)
    await store.addCallers?.([called(key.id, 1, script, clock.now()), called(key.id, 2, {}, clock.now())])
    const { html } = await as(ada).get(`/keys/${key.id}`)
    expect(html).toContain('2 callers still try it')
  })

  test.each([
    ['revoked', 'revoke'],
    ['disabled', 'disable'],
  ] as const)('that was %s is explained with its callers before and since', async (how, deed) => {
    const { text, id, calls, keys, clock } = await kept()
    await calls([1, script])
    await keys[deed](id)
    for (const path of [`/troubleshoot?key=${id}`, `/keys/${id}`]) {
      const seen = await text(path)
      expect(seen).toContain('Used it before (1) python-requests 10.7.0.0/16')
      expect(seen).toMatch(/Nothing has tried it since/)
      expect(seen).toContain(`it was ${how}.`)
      expect(seen).not.toMatch(/Last tried|Who calls with this key|Still trying it/)
    }
    clock.advance(hourMs)
    await calls([1, script])
    const tried = await text(`/troubleshoot?key=${id}`)
    expect(tried).toContain('Still trying it python-requests 10.7.0.0/16')
    for (const path of [`/troubleshoot?key=${id}`, `/keys/${id}`]) {
      expect(await text(path)).not.toContain('Nothing has tried it since')
    }
    expect(await text(`/keys/${id}`)).toContain('Last tried')
  })
})

describe('before a key stops', () => {
  test.each([
    ['/revoke', 'Revoking it breaks these 2 callers'],
    ['/disable', 'Disabling it breaks these 2 callers'],
    ['/rotate', '"Right now" breaks these 2 callers'],
  ])('%s names what breaks', async (page, label) => {
    const { text, id, calls } = await kept()
    await calls([1, script], [2])
    expect(await text(`/keys/${id}${page}`)).toContain(
      `${label} python-requests 10.7.0.0/16 1 minute ago node 10.2.0.0/16 2 minutes ago`,
    )
  })

  test('each caller is named once, whichever of two secrets it uses', async () => {
    const { text, id, calls, keys, clock } = await kept()
    await keys.rotate(id, { overlap: '24h' })
    clock.advance(hourMs)
    await calls([1, { version: 2 }], [2])
    expect(await text(`/keys/${id}/revoke`)).toContain('Revoking it breaks this caller node 10.2.0.0/16 1 minute ago')
  })

  test('nothing breaks of a key that is refused already, or was tried with a secret that stopped', async () => {
    const { text, id, calls, keys, clock } = await kept()
    await keys.rotate(id, { overlap: 0 })
    clock.advance(hourMs)
    await calls([1])
    expect(await text(`/keys/${id}/revoke`)).not.toContain('breaks')
    await calls([1, { version: 2 }])
    await keys.disable(id)
    expect(await text(`/keys/${id}/revoke`)).not.toContain('breaks')
  })
})
