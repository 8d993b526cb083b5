import { describe, expect, test } from 'vitest'
import { claviger, makeKey, sqliteProject } from '../support/cli.ts'

const setting = { resources: ['project', 'dataset'] }

async function keyOf(cwd: string, id: string): Promise<unknown> {
  return JSON.parse((await claviger(['keys', 'get', id, '--json'], { cwd })).stdout)
}

describe('keys create and update', () => {
  test('limit a key to addresses and resources', async () => {
    const cwd = await sqliteProject(setting)
    const limits = [
      '--allow-address',
      '203.0.113.7,10.1.0.0/16',
      '--resource',
      'project=p2',
      '--resource',
      'project=p1,p3',
    ]
    const { id } = await makeKey(cwd, 'Partner', limits)
    expect(await keyOf(cwd, id)).toMatchObject({
      allowedAddresses: ['10.1.0.0/16', '203.0.113.7'],
      resources: { project: ['p1', 'p2', 'p3'] },
    })
    const { stdout } = await claviger(['keys', 'get', id], { cwd })
    expect(stdout).toMatch(/Works from +10\.1\.0\.0\/16, 203\.0\.113\.7/)
    expect(stdout).toMatch(/Reaches only +project p1, p2, p3/)
  })

  test('change one type of resource and leave the others', async () => {
    const cwd = await sqliteProject(setting)
    const { id } = await makeKey(cwd, 'Partner', ['--resource', 'project=p1', '--resource', 'dataset=d1'])
    await claviger(['keys', 'update', id, '--resource', 'project=p2', '--allow-address', '::1'], { cwd })
    expect(await keyOf(cwd, id)).toMatchObject({
      allowedAddresses: ['::1'],
      resources: { project: ['p2'], dataset: ['d1'] },
    })
    await claviger(['keys', 'update', id, '--all-resources', 'dataset', '--any-address'], { cwd })
    expect(await keyOf(cwd, id)).toMatchObject({ allowedAddresses: [], resources: { project: ['p2'] } })
  })

  test('refuse flags that contradict each other, and what is no restriction', async () => {
    const cwd = await sqliteProject(setting)
    const { id } = await makeKey(cwd, 'Partner', ['--resource', 'project=p1'])
    const fails = async (flags: readonly string[]): Promise<string> => {
      const { exitCode, stderr } = await claviger(['keys', 'update', id, ...flags], { cwd })
      expect(exitCode).toBe(2)
      return stderr
    }
    expect(await fails(['--any-address', '--allow-address', '::1'])).toContain('not both')
    expect(await fails(['--resource', 'project=p1', '--all-resources', 'project'])).toContain('not both')
    expect(await fails(['--resource', 'project'])).toContain('--resource takes type=id.')
    expect(await fails(['--allow-address', '1.2.3'])).toContain('allowedAddresses')
  })
})

describe('keys diagnose', () => {
  test('takes the address and the resource of the failing request', async () => {
    const cwd = await sqliteProject(setting)
    const { id } = await makeKey(cwd, 'Partner', ['--allow-address', '203.0.113.0/24', '--resource', 'project=p1'])
    const ask = async (flags: readonly string[]): Promise<unknown> =>
      JSON.parse((await claviger(['keys', 'diagnose', id, '--json', ...flags], { cwd })).stdout)
    expect(await ask(['--address', '198.51.100.1'])).toMatchObject({ code: 'address_not_allowed' })
    expect(await ask(['--address', '203.0.113.1', '--resource', 'project=p2'])).toMatchObject({
      code: 'resource_not_allowed',
    })
    expect(await ask(['--address', '203.0.113.1', '--resource', 'project=p1'])).toMatchObject({ ok: true })
  })
})
