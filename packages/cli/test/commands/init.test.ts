import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { configText, frameworks, storeKinds } from '../../src/starting/template.ts'
import { claviger, folder } from '../support/cli.ts'

describe('init', () => {
  test('writes a configuration that the other commands take', async () => {
    const cwd = folder()
    const { exitCode, stderr } = await claviger(
      ['init', '--framework', 'none', '--store', 'sqlite', '--prefix', 'acme'],
      { cwd },
    )
    expect(exitCode).toBe(0)
    expect(stderr).toContain('Wrote claviger.config.mjs.')
    expect((await claviger(['migrate'], { cwd })).exitCode).toBe(0)
    const { stdout } = await claviger(['keys', 'create', '--name', 'First', '-q'], { cwd })
    expect(stdout).toMatch(/^acme_development_/)
    expect((await claviger(['doctor'], { cwd })).exitCode).toBe(0)
  })

  test('leaves a file that is there as it is', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'claviger.config.mjs'), 'export default {}')
    const { exitCode } = await claviger(['init', '--framework', 'none', '--store', 'sqlite'], { cwd })
    expect(exitCode).toBe(2)
    expect(readFileSync(join(cwd, 'claviger.config.mjs'), 'utf8')).toBe('export default {}')
  })

  test('takes framework and prefix from package.json', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'package.json'), '{ "name": "@acme/my-api", "dependencies": { "koa": "3" } }')
    const { stdout } = await claviger(['init', '--store', 'redis', '--json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ framework: 'koa', prefix: 'myapi', store: 'redis' })
  })

  test('writes no password into the file', async () => {
    const cwd = folder()
    const { exitCode, stderr } = await claviger(
      ['init', '--framework', 'none', '--store', 'postgres://me:hunter2@db/app'],
      { cwd },
    )
    expect(exitCode).toBe(2)
    expect(stderr).not.toContain('hunter2')
  })

  test('names the flag that is missing', async () => {
    const { exitCode, stderr } = await claviger(['init'], { cwd: folder() })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('--framework')
  })

  test.each(frameworks.flatMap((framework) => storeKinds.map((store) => ({ framework, store }))))(
    'imports what $framework and $store need, and nothing for the command line',
    ({ framework, store }) => {
      const text = configText({ framework, store, url: undefined, prefix: 'acme', workspace: 'ws_acme' })
      expect(text).not.toMatch(/^import/m)
      expect(text.includes("from '@claviger/store-redis'")).toBe(framework !== 'none' && store === 'redis')
      expect(text.includes(`from '@claviger/${framework}'`)).toBe(framework !== 'none')
    },
  )
})
