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
