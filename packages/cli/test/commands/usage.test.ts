import { join } from 'node:path'
import { createKeyring, definePermissions } from '@claviger/core'
import { sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { claviger, makeKey, someConfig, sqliteProject } from '../support/cli.ts'

test('use is drawn as bars, with what was denied and why', async () => {
  const cwd = await sqliteProject()
  const { id, token } = await makeKey(cwd, 'CI')
  await use(cwd, token, 30, 10)
  const { stdout } = await claviger(['keys', 'usage', id, '--last', '3d', '--bucket', 'day'], { cwd })
  expect(stdout).toMatch(/\u2588{30}\u2591{10} {2}40 \(10 denied\)/)
  expect(stdout).toContain('40 requests, 10 denied (25%), 0 server errors (0%)')
  expect(stdout).toMatch(/insufficient_permission {2}10\n *prompts:write +10/)
  const all = await claviger(['usage'], { cwd })
  expect(all.stdout).toMatch(new RegExp(`Busiest of 1 active key\\nKEY ID .*\\n${id} +40 +10 `))
  const plain = await claviger(['keys', 'usage', id, '--last', '3d', '--bucket', 'day', '--plain'], { cwd })
  expect(plain.stdout.trimEnd().split('\n').at(-1)?.split('\t').slice(1)).toEqual(['40', '30', '10', '0', '0'])
  expect((await claviger(['keys'], { cwd })).stdout).toMatch(/just now +40 +Never/)
})

test('a range is given once', async () => {
  const cwd = await sqliteProject()
  const both = await claviger(['usage', '--last', '3d', '--from', '2030-01-01'], { cwd })
  expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('exclude each other') })
  expect((await claviger(['usage', '--bucket', 'week'], { cwd })).exitCode).toBe(2)
})

/** What a server does with requests: some are allowed, some ask for more than the key holds. */
async function use(cwd: string, token: string, allowed: number, denied: number): Promise<void> {
  const database = new Database(join(cwd, 'keys.db'))
  const { workspace: _w, owner: _o, environment: _e, permissions, ...options } = someConfig
  const keyring = createKeyring({
    ...options,
    prefix: 'acme',
    owners: 'unbounded',
    permissions: definePermissions(permissions as { prompts: string[] }),
    store: sqliteStore(database),
  })
  for (let sent = 0; sent < allowed; sent += 1) await keyring.verify(token, { permission: 'prompts:list' })
  for (let sent = 0; sent < denied; sent += 1) await keyring.verify(token, { permission: 'prompts:write' })
  await keyring.close()
  database.close()
}
