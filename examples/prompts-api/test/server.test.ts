import { closeGracefully } from '@claviger/express'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { systemActor } from '@claviger/core'
import { expect, test } from 'vitest'
import { createPromptsKeyring, explainListenError, listen } from '@claviger/example-console-demo/prompts'
import { createApp } from '../src/app.ts'

test('a busy port is explained in one line that names --port', async () => {
  const first = await listen(() => {}, 0)
  const port = Number(new URL(first.url).port)
  const error = await listen(() => {}, port).catch((reason: unknown) => reason)
  expect(explainListenError(error, port)).toBe(
    `Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`,
  )
  await closeGracefully(first.server, createPromptsKeyring())
})

test('an error of another kind is left as it is', () => {
  expect(explainListenError(new Error('something else'), 3000)).toBeUndefined()
})

test('no one outside this machine is served', async () => {
  const keyring = createPromptsKeyring()
  const { server } = await listen(() => {}, 0)
  expect(server.address()).toMatchObject({ address: '127.0.0.1' })
  await closeGracefully(server, keyring)
})

test('a request under way is answered before the keyring is closed', async () => {
  const keyring = createPromptsKeyring()
  let letAnswer = (): void => {}
  const mayAnswer = new Promise<void>((resolve) => {
    letAnswer = resolve
  })
  const answer = async (response: ServerResponse): Promise<void> => {
    await mayAnswer
    const { ok } = await keyring.verify('not a token')
    response.end(`verified: ${ok}`)
  }
  const { server, url } = await listen((_, response) => answer(response), 0)
  const arrived = once(server, 'request')
  const answered = fetch(url).then((response) => response.text())
  await arrived

  const down = closeGracefully(server, keyring)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
  letAnswer()

  expect(await answered).toBe('verified: false')
  await down
  await expect(keyring.verify('not a token')).rejects.toMatchObject({ code: 'ERR_CLAVIGER_CLOSED' })
})

test('what was answered is counted when the server is shut down', async () => {
  const keyring = createPromptsKeyring()
  const owner = { type: 'user', id: 'ada' } as const
  const { token } = await keyring.as(systemActor('acme')).create({ name: 'Test', environment: 'ci', owner })
  const { server, url } = await listen(createApp(keyring), 0)
  let stored = 0
  const onUsage = (message: unknown): void => {
    stored += (message as { readonly flushed: number }).flushed
  }
  subscribe('claviger:usage', onUsage)
  for (const path of ['/v1/prompts', '/v1/prompts/support-reply', '/v1/prompts/unknown']) {
    await (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).text()
  }
  await closeGracefully(server, keyring)
  unsubscribe('claviger:usage', onUsage)
  expect(stored).toBe(3)
})
