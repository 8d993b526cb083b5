import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { claviger, makeKey, sqliteProject } from '../support/cli.ts'

async function withDueKey(): Promise<{ readonly cwd: string; readonly id: string }> {
  const cwd = await sqliteProject()
  await makeKey(cwd, 'Fresh', ['--expires', '90d'])
  const { id } = await makeKey(cwd, 'Nightly export', ['--expires', '6d'])
  return { cwd, id }
}

describe('remind', () => {
  test('lists what is due with --dry-run, and changes nothing', async () => {
    const { cwd, id } = await withDueKey()
    for (let time = 0; time < 2; time += 1) {
      const { exitCode, stdout, stderr } = await claviger(['remind', '--dry-run'], { cwd })
      expect([exitCode, stdout.includes('key.expiring'), stdout.includes(id), stdout.includes('Fresh')]).toEqual([
        0,
        true,
        true,
        false,
      ])
      expect(stderr).toContain('1 reminder would be sent. Nothing was changed.')
    }
  })

  test('sends each reminder once', async () => {
    const { cwd, id } = await withDueKey()
    const { stdout } = await claviger(['remind', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({
      object: 'reminders',
      sent: 1,
      failed: 0,
      data: [{ type: 'key.expiring', key: { id, name: 'Nightly export', workspaceId: 'ws_acme' } }],
    })
    const again = await claviger(['remind', '--json'], { cwd })
    expect(JSON.parse(again.stdout)).toMatchObject({ sent: 0, data: [] })
    expect((await claviger(['remind'], { cwd })).stderr).toContain('No reminder is due.')
  })

  test('hands them to onEvent of the configuration, and tries again what that refused', async () => {
    const { cwd, id } = await withDueKey()
    const config = (handler: string): void =>
      writeFileSync(
        join(cwd, 'claviger.config.mjs'),
        `export default { prefix: 'acme', permissions: { prompts: ['list', 'read', 'write'], context: ['download'] },
          owners: 'unbounded', workspace: 'ws_acme', store: 'sqlite:keys.db', onEvent: ${handler} }`,
      )
    config(`() => { throw new Error('The mail server is away.') }`)
    const failed = await claviger(['remind', '--config', 'claviger.config.mjs'], { cwd })
    expect([failed.exitCode, failed.stderr.includes('1 reminder could not be sent')]).toEqual([1, true])
    config(`(event) => { globalThis.reminded = event.key.id }`)
    const { exitCode } = await claviger(['remind', '--config', join(cwd, 'claviger.config.mjs')], {
      cwd,
      io: { importModule: (specifier) => import(`${specifier}?again`) },
    })
    expect([exitCode, Reflect.get(globalThis, 'reminded')]).toEqual([0, id])
  })

  test('is refused through the management API, which says who sends them', async () => {
    const { exitCode, stderr } = await claviger(['remind', '--url', 'http://127.0.0.1:9/api'], {
      env: { CLAVIGER_TOKEN: '-' },
    })
    expect([exitCode, stderr.includes('by the process that has the store')]).toEqual([2, true])
  })
})
