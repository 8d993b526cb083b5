import { mount as mountOnExpress } from '@claviger/express'
import { mount as mountOnKoa } from '@claviger/koa'
import { serveOnLoopback } from '@claviger/testing'
import express from 'express'
// @ts-expect-error the alias has no types of its own
import untypedExpress4 from 'express4'
import Koa from 'koa'
// @ts-expect-error the alias has no types of its own
import untypedKoa2 from 'koa2'
import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { ada, fieldOf, scene, tokenOf } from './support/scene.ts'

type Serve = (page: Parameters<typeof mountOnExpress>[0], path: string) => RequestListener

const onExpress =
  (major: typeof express, isParsed: boolean): Serve =>
  (page, path) => {
    const app = major()
    if (isParsed) app.use(major.json(), major.urlencoded({ extended: true }))
    const [outer = '', inner = ''] = path.split('|')
    if (inner === '') return app.use(outer, mountOnExpress(page))
    const router = major.Router()
    router.use(inner, mountOnExpress(page))
    return app.use(outer, router)
  }
const onKoa =
  (major: typeof Koa): Serve =>
  (page, path) =>
    new major().use(mountOnKoa(page, { prefix: path.replace('|', '') })).callback()

const hosts: readonly (readonly [string, Serve])[] = [
  ['Express 5', onExpress(express, false)],
  ['Express 5 behind body parsers', onExpress(express, true)],
  ['Express 4', onExpress(untypedExpress4 as typeof express, false)],
  ['Express 4 behind body parsers', onExpress(untypedExpress4 as typeof express, true)],
  ['Koa 3', onKoa(Koa)],
  ['Koa 2', onKoa(untypedKoa2 as typeof Koa)],
]
const places: readonly (readonly [mount: string, seen: string])[] = [
  ['/', '/'],
  ['/x', '/x'],
  ['/x', '/x/'],
  ['/settings/api-keys', '/settings/api-keys'],
  ['/settings|/api-keys', '/settings/api-keys'],
]

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describe.each(hosts)('on %s', (name, serve) => {
  test.each(places)('mounted at %s, every link and form of %s works without JavaScript', async (path, seen) => {
    const { page, keys, keyring } = scene()
    const { port, close } = await serveOnLoopback(serve(page, path))
    closing.push(close, () => keyring.close())
    const { key } = await keys.create({ name: 'CI', environment: 'development', owner: { type: 'user', id: 'ada' } })
    const list = await visit(`http://127.0.0.1:${port}${seen}`)
    expect(list.status).toBe(200)
    for (const link of list.links) {
      const { status, url } = await visit(link)
      expect([url, status]).toEqual([url, 200])
    }
    const detail = await visit(list.links.find((link) => link.endsWith(key.id)) ?? '')
    for (const link of detail.links) expect([link, (await visit(link)).status]).toEqual([link, 200])

    const form = await visit(list.links.find((link) => link.endsWith('/keys/new')) ?? '')
    const shown = await send(form, {
      name: 'Website',
      once: fieldOf(form, 'once'),
      owner: 'self',
      environment: 'production',
      grants: 'default',
      expires: '90',
    })
    expect([name, (await keyring.verify(tokenOf(shown))).ok]).toEqual([name, true])

    const asked = await visit(`${detail.url}/revoke`)
    const done = await send(asked, { confirm: 'CI' })
    expect(done.url).toBe(`${detail.url}?notice=revoked`)
    expect(done.html).toContain('was revoked')
  })
})

describe('behind a proxy that removes a prefix', () => {
  test('links work without an option', async () => {
    const { page, keyring } = scene()
    const { port, close } = await serveOnLoopback(onExpress(express, false)(page, '/x'))
    closing.push(close, () => keyring.close())
    const { html } = await visit(`http://127.0.0.1:${port}/x/keys/new`)
    const action = /<form class="form" method="post" action="([^"]+)"/.exec(html)?.[1] ?? ''
    expect(new URL(action, 'https://proxy.example/outer/x/keys/new').pathname).toBe('/outer/x/keys')
  })
})

describe('two consoles of one process', () => {
  test('share nothing', async () => {
    const [one, other] = [scene({ title: 'Keys of one' }), scene({ title: 'Keys of the other' })]
    expect((await one.as(ada).get('/')).html).toContain('<h1>Keys of one</h1>')
    expect((await other.as(ada).get('/')).html).toContain('<h1>Keys of the other</h1>')
  })
})

interface Visited {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  readonly location: null
  /** Where its links, styles and scripts lead, without queries of the page itself. */
  readonly links: readonly string[]
}

async function visit(url: string, init: RequestInit = {}): Promise<Visited> {
  const response = await fetch(url, init)
  const html = await response.text()
  const found = [...html.matchAll(/(?:href|src)="([^"#?][^"]*)"/g)].map(
    ([, link = '']) => new URL(link, response.url).href,
  )
  return {
    status: response.status,
    url: response.url,
    html,
    headers: response.headers,
    location: null,
    links: [...new Set(found)].filter((link) => new URL(link).host === new URL(url).host),
  }
}

function send(page: Visited, fields: Readonly<Record<string, string>>): Promise<Visited> {
  const action = /<form class="form" method="post" action="([^"]*)"/.exec(page.html)?.[1] ?? ''
  return visit(new URL(action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: new URL(page.url).origin },
  })
}
