import { serveOnLoopback } from '@claviger/testing'
import { request, type RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { crawl, formsOf, post, send, visit } from './support/crawl.ts'
import { hosts } from './support/hosts.ts'
import { ada, fieldOf, type Scene, scene, tokenOf } from './support/scene.ts'

const places: readonly (readonly [mount: string, seen: string])[] = [
  ['/', '/'],
  ['/x', '/x'],
  ['/x', '/x/'],
  ['/settings/api-keys', '/settings/api-keys'],
  ['/settings|/api-keys', '/settings/api-keys'],
  ['/:ws/x', '/one/x'],
  ['/:ws|/x', '/one/x/'],
]

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const { port, close } = await serveOnLoopback(listener)
  closing.push(close)
  return `http://127.0.0.1:${port}`
}

/** A console with something of every kind, so that every page has its links. */
async function furnished(options: Parameters<typeof scene>[0] = {}): Promise<Scene & { readonly id: string }> {
  const made = scene(options)
  closing.push(() => made.keyring.close())
  const account = await made.keys.serviceAccounts.create({ name: 'ci-bot', permissions: ['prompts:*'] })
  const owner = { type: 'user', id: 'ada' } as const
  const { key } = await made.keys.create({ name: 'CI', environment: 'development', owner, expiresIn: '3d' })
  await made.keys.rotate(key.id, { overlap: '24h' })
  const { key: off } = await made.keys.create({ name: 'Off', environment: 'development', owner })
  await made.keys.disable(off.id)
  await made.keys.create({ name: 'Bot', environment: 'production', owner: { type: 'service', id: account.id } })
  return { ...made, id: key.id }
}

/** Every page that links lead to, and every form on them, works below the mount. */
async function expectWhole(start: string, mount: string, { id, keyring, keys }: Scene & { id: string }): Promise<void> {
  const pages = await crawl(start, 120)
  const broken = [...pages].filter(([, { status }]) => status !== 200).map(([path, { status }]) => [path, status])
  expect(broken).toEqual([])
  const paths = [...pages.keys()]
  expect(paths.filter((path) => !`${path}/`.startsWith(mount))).toEqual([])
  for (const part of ['keys/new', `keys/${id}/rotate`, 'review', 'usage.csv', 'service-accounts/new', 'troubleshoot']) {
    expect(paths).toContain(`${mount}${part}`)
  }
  const actions = new Set([...pages.values()].flatMap(formsOf).map((action) => new URL(action).pathname))
  for (const part of ['keys', 'find', 'activity/find', 'review', 'troubleshoot', `keys/${id}/edit`]) {
    expect([...actions]).toContain(`${mount}${part}`)
  }

  const form = await visit(new URL(`${mount}keys/new`, start).href)
  const wanted = { owner: 'self', environment: 'production', grants: 'default', expires: '90' }
  const shown = await send(form, { ...wanted, name: 'Website', once: fieldOf(form, 'once') })
  expect((await keyring.verify(tokenOf(shown))).ok).toBe(true)

  const found = await post(form, new URL(`${mount}find`, start).href, { q: tokenOf(shown) ?? '' })
  expect([found.status, found.html.includes('>Website<')]).toEqual([200, true])
  expect(found.url).not.toContain(tokenOf(shown))

  const asked = await visit(new URL(`${mount}keys/${id}/revoke`, start).href)
  const done = await send(asked, { confirm: 'CI' })
  expect(new URL(done.url).pathname).toBe(`${mount}keys/${id}`)
  expect(done.html).toContain('get 401, permanently')
  expect((await keys.get(id)).status).toBe('revoked')
}

describe.each(hosts)('on %s', (_name, serveOn) => {
  test.each(places)('mounted at %s, every link and form of %s works without JavaScript', async (path, seen) => {
    const made = await furnished()
    const origin = await serve(serveOn(made.page, path))
    await expectWhole(`${origin}${seen}`, seen.endsWith('/') ? seen : `${seen}/`, made)
  })
})

describe('behind a proxy', () => {
  const [[, onExpress] = [undefined, undefined]] = hosts
  if (onExpress === undefined) throw new Error('There is no host.')

  test('that removes a prefix, every link and form works without an option', async () => {
    const made = await furnished()
    const origin = await serve(onExpress(made.page, '/x'))
    const outside = await serve(proxy(origin, (path) => path.replace(/^\/outer(?=\/)/, '')))
    await expectWhole(`${outside}/outer/x`, '/outer/x/', made)
  })

  test('that removes the whole path, every link and form of a path with a slash works without an option', async () => {
    const made = await furnished()
    const origin = await serve(onExpress(made.page, '/'))
    const outside = await serve(proxy(origin, (path) => path.replace(/^\/keys-of-ours/, '')))
    await expectWhole(`${outside}/keys-of-ours/`, '/keys-of-ours/', made)
  })

  test('that renames the path, every link and form works with publicPath', async () => {
    const made = await furnished({ publicPath: '/renamed' })
    const origin = await serve(onExpress(made.page, '/x'))
    const outside = await serve(proxy(origin, (path) => path.replace(/^\/renamed/, '/x')))
    await expectWhole(`${outside}/renamed`, '/renamed/', made)
  })

  test('that rewrites the host, forms work with trustProxyHost and X-Forwarded-Host', async () => {
    const made = await furnished({ trustProxyHost: true })
    const origin = await serve(onExpress(made.page, '/x'))
    const outside = await serve(proxy(origin, (path) => path, true))
    await expectWhole(`${outside}/x`, '/x/', made)
  })
})

describe('behind helmet', () => {
  test.each(hosts.filter(([name]) => name.includes('helmet')))(
    'the policy is the page\u2019s own: %s',
    async (_name, serveOn) => {
      const { page } = await furnished()
      const origin = await serve(serveOn(page, '/x'))
      const { headers } = await visit(`${origin}/x`)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/)
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    },
  )
})

describe('two consoles of one process', () => {
  test('share nothing', async () => {
    const [one, other] = [scene({ title: 'Keys of one' }), scene({ title: 'Keys of the other' })]
    expect((await one.as(ada).get('/')).html).toContain('<h1>Keys of one</h1>')
    expect((await other.as(ada).get('/')).html).toContain('<h1>Keys of the other</h1>')
  })
})

/** Passes everything on to another server, at a path of its own. */
function proxy(target: string, pathOf: (path: string) => string, rewritesHost = false): RequestListener {
  const { port } = new URL(target)
  return (incoming, outgoing) => {
    const { host = '' } = incoming.headers
    const headers = rewritesHost
      ? { ...incoming.headers, host: 'internal.example', 'x-forwarded-host': host }
      : incoming.headers
    const onwards = request(
      { host: '127.0.0.1', port, path: pathOf(incoming.url ?? '/'), method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onwards.on('error', () => outgoing.destroy())
    incoming.pipe(onwards)
  }
}
