import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryLimiter } from '@claviger/limits'
import { expect, test } from 'vitest'
import { claviger, folder, project, someConfig, sqliteProject } from '../support/cli.ts'

const asked = ['docs', '--product', 'Acme', '--base-url', 'https://api.acme.example/v1']

test('the page for the users of an API has its permissions, environments and prefix', async () => {
  const cwd = await sqliteProject({ environments: ['sandbox', 'live'] })
  const { exitCode, stdout, stderr } = await claviger([...asked, '--rotate-every', '30'], { cwd })
  expect([exitCode, stderr]).toEqual([0, ''])
  for (const text of ['# Authentication', 'ACME_API_KEY', 'prompts:write', 'context:download', 'sandbox', '30 days']) {
    expect(stdout).toContain(text)
  }
  expect(stdout).not.toContain('undefined')
})

test('resources, limits, addresses and earlier keys stand in it where the configuration has them, and only there', async () => {
  const headings = async (cwd: string, ...flags: string[]): Promise<string[]> => {
    const { exitCode, stdout, stderr } = await claviger([...asked, ...flags], { cwd })
    expect([exitCode, stderr]).toEqual([0, ''])
    return ['Resources', 'Addresses', 'Limits', 'Keys from before'].filter((one) => stdout.includes(`\n## ${one}\n`))
  }
  expect(await headings(await sqliteProject())).toEqual([])
  expect(await headings(await sqliteProject(), '--addresses')).toEqual(['Addresses'])
  const importedTokens = { pattern: '^sk_live_[0-9a-f]{32}$', until: '2027-06-30T00:00:00Z' }
  const cwd = await sqliteProject({ resources: ['project'], importedTokens })
  expect(await headings(cwd)).toEqual(['Resources', 'Keys from before'])
  const { stdout } = await claviger(asked, { cwd })
  expect(stdout).toContain('const otherForms = /^sk_live_[0-9a-f]{32}$/\n')
  expect(stdout).toContain('They all end on 2027-06-30')

  const limiter = memoryLimiter()
  const limits = [
    { limiter, by: 'key', rule: { requests: 600, per: '1m', burst: { requests: 60, per: '1h' } } },
    { limiter, by: 'workspace', name: 'plan', rule: () => 'unlimited', cost: () => 5 },
  ]
  const config = { ...someConfig, store: 'sqlite:keys.db', limits }
  writeFileSync(join(cwd, 'limited.config.mjs'), '// given by the test')
  const io = {
    importModule: async (name: string) => (name.endsWith('limited.config.mjs') ? { default: config } : import(name)),
  }
  const page = (await claviger([...asked, '--config', 'limited.config.mjs'], { cwd, io })).stdout
  expect(page).toContain('| `key` | 600 a minute; on top, 60 an hour | each key has its own | every request |')
  expect(page).toContain('| `plan` | what your plan says | all keys of a workspace | by what a request costs |')
})

test('with --json it is one document', async () => {
  const { stdout } = await claviger([...asked, '--json'], { cwd: await sqliteProject() })
  expect(JSON.parse(stdout)).toMatchObject({
    object: 'usersGuide',
    markdown: expect.stringContaining('Acme') as string,
  })
})

test('without a configuration, a product or a usable address, it says what is missing', async () => {
  expect(await claviger(asked, { cwd: folder() })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('claviger.config') as string,
  })
  const cwd = project('sqlite:keys.db', someConfig)
  expect(await claviger(['docs'], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--product') as string,
  })
  const { exitCode, stderr } = await claviger(['docs', '--product', 'Acme', '--base-url', 'nowhere'], {
    cwd: await sqliteProject(),
  })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('baseUrl')])
})
