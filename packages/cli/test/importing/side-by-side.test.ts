import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Keyring, systemActor } from '@claviger/core'
import bcrypt from 'bcryptjs'
import type { Express } from 'express'
import { expect, onTestFinished, test } from 'vitest'

const guide = readFileSync(new URL('../../../../docs/guides/moving-from-your-own-table.md', import.meta.url), 'utf8')

interface Code {
  readonly app: Express
  readonly keyring: Keyring
  readonly oldTable: Map<string, { readonly hash: string; readonly lastUsedAt?: Date }>
}

/** The code of the guide, as a module beside this file: it imports what these tests import. */
async function codeOfTheGuide(): Promise<Code> {
  const [, code] = /<!-- test: side by side -->\n```ts\n([^]*?)\n```/.exec(guide) ?? []
  if (code === undefined) throw new Error('The guide shows no middlewares side by side.')
  const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'guide-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'side-by-side.ts')
  writeFileSync(file, code)
  return (await import(pathToFileURL(file).href)) as Code
}

test('the guide shows how a bcrypt table and Claviger answer side by side', async () => {
  const { app, keyring, oldTable } = await codeOfTheGuide()
  const oldToken = `old_12345678_${'s'.repeat(32)}`
  oldTable.set('12345678', { hash: await bcrypt.hash(oldToken, 4) })
  const { token, key } = await keyring.as(systemActor('ws_acme')).create({
    name: 'New',
    environment: 'production',
    permissions: ['prompts:read'],
    owner: { type: 'user', id: 'ada' },
  })
  const server: Server = app.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    server.close()
    await keyring.close()
  })
  const statusFor = async (credential: string | undefined): Promise<number> => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/prompts`
    const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
    return (await fetch(url, { headers })).status
  }
  await new Promise((resolve) => server.once('listening', resolve))
  expect(await statusFor(oldToken)).toBe(200)
  expect(oldTable.get('12345678')?.lastUsedAt).toBeInstanceOf(Date)
  expect(await statusFor(token)).toBe(200)
  for (const wrong of [
    undefined,
    `${oldToken.slice(0, -1)}x`,
    `old_87654321_${'s'.repeat(32)}`,
    `"${token}"`,
    token.slice(0, -1),
  ]) {
    expect(await statusFor(wrong), wrong).toBe(401)
  }
  await keyring.as(systemActor('ws_acme')).revoke(key.id)
  expect(await statusFor(token)).toBe(401)
  expect(await statusFor(oldToken)).toBe(200)
})
