import { join } from 'node:path'
import { createKeyring, definePermissions } from '@claviger/core'
import type { CallerEntry } from '@claviger/core/store'
import { sqliteStore } from '@claviger/store-sql'
import Database from 'libsql'
import { describe, expect, test } from 'vitest'
import { callerText } from '../../src/commands/keys/caller-text.ts'
import { claviger, makeKey, someConfig, sqliteProject } from '../support/cli.ts'

const minuteMs = 60_000

/** A caller as a server has stored it. */
type Called = readonly [minutesAgo: number, more?: Partial<CallerEntry>]

/** A project with a key, what stores callers of it, and what runs commands about it. */
async function calledProject(config: Readonly<Record<string, unknown>> = { usage: { callers: true } }) {
  const cwd = await sqliteProject(config)
  const { id, token } = await makeKey(cwd, 'Deploy', ['--env', 'production'])
  return {
    id,
    /** What a server does with a request that comes with the first secret. */
    async use(): Promise<void> {
      const database = new Database(join(cwd, 'keys.db'))
      const { permissions } = someConfig
      const keyring = createKeyring({
        prefix: 'acme',
        owners: 'unbounded',
        permissions: definePermissions(permissions as { prompts: string[] }),
        store: sqliteStore(database),
      })
      await keyring.verify(token)
      await keyring.close()
      database.close()
    },
    ran: (...argv: readonly string[]) => claviger(argv, { cwd }),
    async calls(...some: readonly Called[]): Promise<void> {
      const database = new Database(join(cwd, 'keys.db'))
      const caller = { workspaceId: 'ws_acme', keyId: id, version: 1, network: '10.2.0.0/16', agent: 'node' }
      const entries = some.map(([minutesAgo, more]) => ({
        ...caller,
        lastUsedAt: Date.now() - minutesAgo * minuteMs,
        ...more,
      }))
      await sqliteStore(database).addCallers(entries)
      database.close()
    },
  }
}

const script = { agent: 'python-requests', network: '10.7.0.0/16' } as const

describe('keys callers', () => {
  test('shows who uses a key, with which secret, the latest first', async () => {
    const { id, ran, calls } = await calledProject()
    await ran('keys', 'rotate', id)
    await calls([5, script], [3, { version: 2 }], [120, { agent: null, network: null }])
    const { exitCode, stdout } = await ran('keys', 'callers', id)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/LAST USED +SECRET +NETWORK +PROGRAM\n/)
    expect(stdout).toMatch(
      /3 min ago +Current \S{5} +10\.2\.0\.0\/16 +node\n5 min ago +Previous \S{5} +10\.7\.0\.0\/16 +python-requests\n2 h ago +Previous \S{5} +not known +not named/,
    )
  })

  test('writes the document of the API, and a line for each', async () => {
    const { id, ran, calls } = await calledProject()
    await calls([5, script])
    const document = JSON.parse((await ran('keys', 'callers', id, '--json')).stdout)
    expect(document).toMatchObject({ object: 'keyCallers', keyId: id, kept: true, data: [{ version: 1, ...script }] })
    const plain = (await ran('keys', 'callers', id, '--plain')).stdout.trimEnd().split('\t')
    expect(plain).toEqual(['1', '10.7.0.0/16', 'python-requests', document.data[0].lastUsedAt])
  })

  test('says that none came yet, and how they are kept where the configuration does not say that they are', async () => {
    const kept = await calledProject()
    expect((await kept.ran('keys', 'callers', kept.id)).stdout).toBe('None yet.\n')
    const bare = await calledProject({})
    expect((await bare.ran('keys', 'callers', bare.id)).stdout).toBe(
      'None yet. A server keeps callers with createKeyring({ usage: { callers: true } }).\n',
    )
    await bare.calls([5, script])
    expect((await bare.ran('keys', 'callers', bare.id)).stdout).toContain('python-requests')
  })

  test('shows what a server calls a program without escape sequences', () => {
    const lastUsedAt = '2030-01-01T00:00:00.000Z'
    const caller = { version: 1, network: '10.2.0.0/16\u202e', agent: '\u001b[31mred\u001b[0m\nX', lastUsedAt }
    expect(callerText(caller, Date.parse(lastUsedAt))).toBe('red X from 10.2.0.0/16, just now')
  })

  test('of a key that is not there ends with 3', async () => {
    const { ran } = await calledProject()
    expect((await ran('keys', 'callers', '0123456789abcdef')).exitCode).toBe(3)
  })
})

describe('other commands', () => {
  test('name who still uses the old secret during an overlap', async () => {
    const { id, ran, calls } = await calledProject()
    await ran('keys', 'rotate', id)
    await calls([0, script], [0, { version: 2, agent: 'curl' }])
    for (const command of ['get', 'usage']) {
      const { stdout } = await ran('keys', command, id)
      expect(stdout).toMatch(/Previous .*\n {12}python-requests from 10\.7\.0\.0\/16, just now/)
      expect(stdout).not.toContain('curl')
    }
  })

  test('name a few of many, and how to see the others', async () => {
    const { id, ran, calls } = await calledProject()
    await ran('keys', 'rotate', id)
    await calls(...Array.from({ length: 8 }, (_, index): Called => [0, { agent: `job-${index}` }]))
    expect((await ran('keys', 'get', id)).stdout).toContain(`3 more: npx claviger keys callers ${id}`)
  })

  test('name who breaks before a key or its old secret stops', async () => {
    const { id, ran, calls, use } = await calledProject()
    await use()
    await calls([0, script], [0, { agent: 'curl', version: 7 }])
    const named = 'Called by python-requests from 10.7.0.0/16, just now.'
    for (const argv of [
      ['revoke', id],
      ['disable', id],
      ['rotate', id],
    ]) {
      expect((await ran('keys', ...argv, '--dry-run')).stderr).toContain(`${named} Nothing was changed.`)
    }
    await ran('keys', 'rotate', id)
    await use()
    await calls([-1, script], [-1, { agent: 'curl', version: 2 }])
    const { exitCode, stderr } = await ran('keys', 'finish-rotation', id)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('Called by python-requests from 10.7.0.0/16')])
    expect(stderr).not.toContain('curl')
  })

  test('name no one where a store keeps no callers', async () => {
    const { id, ran } = await calledProject({})
    await ran('keys', 'rotate', id)
    expect((await ran('keys', 'get', id)).stdout).not.toContain(' from ')
  })
})
