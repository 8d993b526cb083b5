import { closeGracefully } from '@claviger/express'
import type { Server } from 'node:http'
import { systemActor } from '@claviger/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPromptsKeyring, listen } from '@claviger/example-console-demo/prompts'
import { createApp } from '../src/app.ts'

const keyring = createPromptsKeyring()
let server: Server
let url: string

beforeAll(async () => {
  ;({ server, url } = await listen(createApp(keyring), 0))
})

afterAll(() => closeGracefully(server, keyring))

async function getAs(workspaceId: string, owner: string, path: string): Promise<{ status: number; body: string }> {
  const { token } = await keyring
    .as(systemActor(workspaceId))
    .create({ name: 'Test', environment: 'ci', owner: { type: 'user', id: owner } })
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: await response.text() }
}

test('a workspace sees its own prompts and no others', async () => {
  expect(await getAs('acme', 'ada', '/v1/prompts/support-reply')).toMatchObject({ status: 200 })
  expect(await getAs('globex', 'grace', '/v1/prompts/support-reply')).toMatchObject({ status: 404 })
  expect((await getAs('globex', 'grace', '/v1/prompts')).body).not.toContain('support-reply')
})

test('a context file is served to its own workspace', async () => {
  const own = await getAs('acme', 'ada', '/v1/context/brand-voice.md')
  expect(own).toEqual({ status: 200, body: expect.stringContaining('# Brand voice') })
  expect(await getAs('globex', 'grace', '/v1/context/brand-voice.md')).toMatchObject({ status: 404 })
})

test.each(['..%2fpackage.json', '%2e%2e%2f%2e%2e%2fpackage.json', 'brand-voice.md%00', '%2fetc%2fpasswd', '__proto__'])(
  'no name leads out of the list: %s',
  async (name) => {
    expect(await getAs('acme', 'ada', `/v1/context/${name}`)).toMatchObject({ status: 404 })
  },
)

test('a user who is not a member of a workspace cannot use its keys', async () => {
  const refused = await getAs('globex', 'ada', '/v1/prompts')
  expect(refused).toEqual({ status: 403, body: expect.stringContaining('owner_gone') })
})

test('the page of a key names the program that still uses its old secret', async () => {
  const keys = keyring.as(systemActor('acme'))
  const { key, token } = await keys.create({
    name: 'Rotated',
    environment: 'production',
    owner: { type: 'user', id: 'ada' },
  })
  await keys.rotate(key.id, { overlap: '1h' })
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'python-requests/2.32.5' }
  expect((await fetch(`${url}/v1/prompts`, { headers })).status).toBe(200)
  await keyring.flush()
  const page = await (await fetch(`${url}/settings/api-keys/keys/${key.id}`)).text()
  expect(page.slice(page.indexOf('Still using it'))).toMatch(/python-requests.*127\.0\.0\.0\/16/s)
})
