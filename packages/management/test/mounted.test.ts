import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mount } from '@claviger/core/mount'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { type HandlerFailure, introspection, managementApi, secretScanning } from '../src/index.ts'
import { makeReporter } from './secret-scanning/reporter.ts'
import { world } from './support/world.ts'

const github = makeReporter()
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** What the host's body parsers leave on a request. */
type Parser = (text: string) => object

const parsers: readonly (readonly [what: string, parser: Parser | undefined])[] = [
  ['no parser', undefined],
  ['a parser that keeps the raw body', (rawBody) => ({ rawBody, body: JSON.parse(rawBody) as unknown })],
  ['a parser that keeps what it has parsed', (text) => ({ body: JSON.parse(text) as unknown })],
]

async function serve(parser: Parser | undefined) {
  const { keyring, make } = await world()
  const failures: HandlerFailure[] = []
  const onError = (failure: HandlerFailure): void => void failures.push(failure)
  const api = managementApi({
    keyring,
    authorize: ({ native }) => ({
      type: 'user',
      id: (native as { user: string }).user,
      workspaceId: 'ws_acme',
      permissions: ['prompts:*'],
    }),
    introspection: introspection({ keyring, authorize: () => ({ anyWorkspace: true }) }),
    secretScanning: secretScanning({ keyring, publicKeyOf: () => github.publicKey, onError }),
  })
  const listener = mount(api, { prefix: '/settings/:workspace/keys-api' })
  const server = createServer((req, res) => {
    Object.assign(req, { user: 'ada' })
    const parsed =
      parser === undefined ? Promise.resolve({}) : read(req).then((text) => (text === '' ? {} : parser(text)))
    parsed.then((fields) => listener(Object.assign(req, fields), res)).catch(() => res.destroy())
  })
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/settings/acme/keys-api`, keyring, make, failures }
}

async function read(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}

const json = { 'Content-Type': 'application/json' }

describe.each(parsers)('mounted on node:http behind %s', (_what, parser) => {
  test('the API makes, reads and revokes a key for the one whose session it is', async () => {
    const { url } = await serve(parser)
    const body = JSON.stringify({ name: 'Website', environment: 'production' })
    const made = await fetch(`${url}/keys`, { method: 'POST', headers: json, body })
    expect(made.status).toBe(201)
    const { key } = (await made.json()) as { key: { id: string; owner: { id: string } } }
    expect(key.owner.id).toBe('ada')
    expect((await fetch(`${url}/keys/${key.id}`)).status).toBe(200)
    expect(await (await fetch(`${url}/keys/${key.id}`, { method: 'DELETE' })).json()).toMatchObject({
      status: 'revoked',
    })
    expect((await fetch(`${url}/keys/../../keys-api/keys/${key.id}`)).status).toBe(200)
  })

  test('introspection takes JSON, and the holder of a key is known', async () => {
    const { url, make } = await serve(parser)
    const { token } = await make()
    const asked = await fetch(`${url}/introspect`, { method: 'POST', headers: json, body: JSON.stringify({ token }) })
    expect(await asked.json()).toMatchObject({ active: true })
    expect((await fetch(`${url}/self`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200)
  })

  test('a signed report is believed when its bytes are there, and else the host is told what to do', async () => {
    const { url, make, keyring, failures } = await serve(parser)
    const { token } = await make()
    // Spaces that no parser keeps.
    const text = `[ { "token": "${token}" } ]`
    const { headers } = github.report(text)
    const response = await fetch(`${url}/secret-scanning`, { method: 'POST', headers, body: text })
    const isRebuilt = parser !== undefined && !('rawBody' in parser('{}'))
    expect(response.status).toBe(isRebuilt ? 500 : 200)
    expect(await keyring.verify(token)).toMatchObject({ ok: isRebuilt })
    expect(failures.map(({ error }) => String(error))).toEqual(
      isRebuilt ? [expect.stringContaining('Mount secretScanning before body parsers')] : [],
    )
  })
})

test('the same API runs under Hono, with the context of its routes', async () => {
  const { keyring } = await world()
  const api = managementApi({
    keyring,
    authorize: ({ native }) => ({
      type: 'user',
      id: (native as Context).get('user'),
      workspaceId: 'ws_acme',
      permissions: ['prompts:*'],
    }),
  })
  const app = new Hono<{ Variables: { user: string } }>()
  app.use(async (c, next) => {
    c.set('user', 'ada')
    await next()
  })
  app.mount('/settings/keys-api', api.fetch, { optionHandler: (c) => [{ native: c, originalUrl: c.req.path }] })
  const body = JSON.stringify({ name: 'Website', environment: 'production' })
  const made = await app.request('/settings/keys-api/keys', { method: 'POST', headers: json, body })
  const { key } = (await made.json()) as { key: { id: string; owner: { id: string } } }
  expect([made.status, key.owner.id]).toEqual([201, 'ada'])
  expect(made.headers.get('location')).toBe(`keys/${key.id}`)
  expect((await app.request(`/settings/keys-api/keys/${key.id}`)).status).toBe(200)
})

interface Context {
  get(name: 'user'): string
}
