import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findConfig } from '../../src/settings/find-config.ts'
import { parseOwnerRef } from '../../src/settings/owner-ref.ts'
import { settingOf, targetOf } from '../../src/settings/settings.ts'
import { claviger, folder, makeKey, someConfig, sqliteProject } from '../support/cli.ts'

const config = { store: 'sqlite:config.db', workspace: 'ws_config', owner: 'user:config' }
const env = { CLAVIGER_STORE: 'sqlite:env.db', CLAVIGER_WORKSPACE: 'ws_env' }

describe('settings', () => {
  test('come from flags, then the environment, then the configuration, field by field', () => {
    expect(targetOf({ store: 'sqlite:flag.db' }, env, config)).toMatchObject({ store: 'sqlite:flag.db', from: 'flag' })
    expect(targetOf({}, env, config)).toMatchObject({ store: 'sqlite:env.db', from: 'environment' })
    expect(targetOf({}, {}, config)).toMatchObject({ store: 'sqlite:config.db', from: 'config' })
    expect(settingOf('workspace', { workspace: 'ws_flag' }, env, config)).toBe('ws_flag')
    expect(settingOf('workspace', {}, env, config)).toBe('ws_env')
    expect(settingOf('workspace', {}, { CLAVIGER_WORKSPACE: '' }, config)).toBe('ws_config')
    expect(settingOf('owner', {}, env, config)).toBe('user:config')
  })

  test('a management API on a higher level stands before a store on a lower one', () => {
    expect(targetOf({ url: 'https://api.example/keys' }, env, config)).toEqual({
      kind: 'remote',
      url: 'https://api.example/keys',
      tokenFile: undefined,
    })
  })

  test('that name a store and an API at once are refused', () => {
    expect(() => targetOf({ store: 'sqlite:a', url: 'https://x' }, {}, undefined)).toThrow('a store and a url (flag)')
  })

  test('an owner has a type and an id', () => {
    expect(parseOwnerRef('service:sa_1')).toEqual({ type: 'service', id: 'sa_1' })
    for (const wrong of ['ada', 'user:', 'key:x', '']) expect(() => parseOwnerRef(wrong)).toThrow('its type and its id')
  })
})

describe('the configuration file', () => {
  test('is looked for here and above, up to the folder with a package.json', () => {
    const root = folder()
    mkdirSync(join(root, 'app', 'src'), { recursive: true })
    writeFileSync(join(root, 'claviger.config.mjs'), '')
    expect(findConfig(join(root, 'app', 'src'), undefined)).toBe(join(root, 'claviger.config.mjs'))
    writeFileSync(join(root, 'app', 'package.json'), '{}')
    expect(findConfig(join(root, 'app', 'src'), undefined)).toBeUndefined()
    writeFileSync(join(root, 'app', 'claviger.config.json'), '{}')
    expect(findConfig(join(root, 'app', 'src'), undefined)).toBe(join(root, 'app', 'claviger.config.json'))
  })

  test.each([
    ['claviger.config.mjs', `export default ${JSON.stringify(someConfig)}`],
    ['claviger.config.mjs', `export default async () => (${JSON.stringify(someConfig)})`],
    ['claviger.config.cjs', `module.exports = ${JSON.stringify(someConfig)}`],
    ['claviger.config.js', `module.exports = () => (${JSON.stringify(someConfig)})`],
    ['claviger.config.json', JSON.stringify(someConfig)],
  ])('may be %s', async (name, text) => {
    const cwd = folder()
    writeFileSync(join(cwd, 'package.json'), '{}')
    writeFileSync(join(cwd, name), text)
    const env = { CLAVIGER_STORE: 'sqlite:keys.db' }
    expect((await claviger(['migrate'], { cwd, env })).exitCode).toBe(0)
    const { exitCode, stdout } = await claviger(['permissions', '--plain'], { cwd, env })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('prompts:list\tyes\tyes')
  })

  test.each([
    ['that fails', 'claviger.config.mjs', 'throw new Error("no luck")', 'no luck'],
    ['without an export', 'claviger.config.mjs', 'export default 7', 'exports number'],
    ['with broken JSON', 'claviger.config.json', '{', 'cannot be loaded'],
    ['of TypeScript, where Node does not read it', 'claviger.config.ts', 'export default {}', 'tsx'],
  ])('%s ends with 2 and says why', async (_title, name, text, said) => {
    const cwd = folder()
    writeFileSync(join(cwd, name), text)
    const { exitCode, stderr } = await claviger(['keys'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain(said)
  })

  test('that is named and not there ends with 2', async () => {
    const { exitCode, stderr } = await claviger(['keys', '--config', 'none.mjs'], { cwd: folder() })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: '\u2717 There is no file none.mjs.\n  Fix: Write one: npx claviger init.\n',
    })
  })

  test('with an option that does not exist ends with 2', async () => {
    const cwd = await sqliteProject({ permisions: {} })
    const { exitCode, stderr } = await claviger(['keys'], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('permisions')
  })
})

describe('a store without a configuration', () => {
  test('is enough to read and to revoke', async () => {
    const cwd = await sqliteProject()
    const { id } = await makeKey(cwd, 'CI')
    const flags = ['--store', `sqlite:${join(cwd, 'keys.db')}`, '-w', 'ws_acme']
    const elsewhere = { cwd: folder() }
    expect((await claviger(['keys', ...flags], elsewhere)).stdout).toContain('CI')
    expect((await claviger(['keys', 'disable', id, ...flags], elsewhere)).exitCode).toBe(0)
    expect((await claviger(['keys', 'revoke', id, '--yes', ...flags], elsewhere)).exitCode).toBe(0)
    expect((await claviger(['keys', 'diagnose', id], { cwd })).stdout).toContain('revoked')
  })

  test.each([
    ['create', '--name', 'x', '--env', 'ci', '--owner', 'user:ada'],
    ['enable', '0123456789abcdef'],
    ['diagnose', '0123456789abcdef'],
  ])('is not enough to %s', async (...command) => {
    const cwd = await sqliteProject()
    await makeKey(cwd, 'CI')
    const flags = ['--store', `sqlite:${join(cwd, 'keys.db')}`, '-w', 'ws_acme']
    const { exitCode, stderr } = await claviger(['keys', ...command, ...flags], { cwd: folder() })
    expect(stderr).toContain('This needs the configuration of the product')
    expect(exitCode).toBe(2)
  })

  test('that no keyring was started on is refused', async () => {
    const cwd = folder()
    const flags = ['--store', 'sqlite:keys.db', '-w', 'ws']
    await claviger(['migrate', ...flags], { cwd })
    const { exitCode, stderr } = await claviger(['keys', ...flags], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('No keyring was ever started on this store')
  })

  test('needs a workspace', async () => {
    const cwd = await sqliteProject()
    const { exitCode, stderr } = await claviger(['keys', '--store', `sqlite:${cwd}/keys.db`], { cwd: folder() })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Pass --workspace <id>')
  })
})
