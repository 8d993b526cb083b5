import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { root } from '../../../tools/workspaces.mjs'

/*
 * What `.ci/run` says of a run: vitest runs small files that fail in each way that there is, and our report names them.
 */
const folder = mkdtempSync(join(tmpdir(), 'claviger-reports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const files = {
  'good.test.js': `import { test } from 'vitest'
    test('passes', () => {})
    test.skip('is left out', () => {})`,
  'red.test.js': `import { expect, test } from 'vitest'
    test('is wrong', () => expect(1).toBe(2))`,
  'hooks.test.js': `import { afterAll, describe, test } from 'vitest'
    describe('a suite', () => {
      afterAll(() => { throw new Error('not tidied up') })
      test('passes before', () => {})
    })
    afterAll(() => { throw new Error('the server did not stop') })`,
  'broken.test.js': `throw new Error('no server')`,
  'stray.test.js': `import { test } from 'vitest'
    test('passes meanwhile', async () => {
      void Promise.reject(new Error('never awaited'))
      await new Promise((resolve) => setImmediate(resolve))
    })`,
}

function run(name: string, only: string[] = []): number | null {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const reporter = join(root, 'tools/test-report.reporter.mjs')
  const args = ['run', '--root', folder, `--reporter=${reporter}`, '--environment=node', ...only]
  const env = { ...process.env, CLAVIGER_TEST_REPORT: join(folder, 'reports', `${name}.json`) }
  return spawnSync(process.execPath, [vitest, ...args], { cwd: folder, env, encoding: 'utf8' }).status
}

function tool(name: string, ...args: string[]): string[] {
  const { stdout } = spawnSync(process.execPath, [join(root, 'tools', name), join(folder, 'reports'), ...args], {
    encoding: 'utf8',
  })
  return stdout.trimEnd().split('\n')
}

describe('the report of a test run', () => {
  test('names every failure with its reason: tests, hooks, whole files, and what nothing waited for', () => {
    expect(run('ambient')).toBe(1)
    const told = tool('summarize-tests.mjs')
    expect(told.filter((line) => line.startsWith('failed: ')).map((line) => line.replace(`${folder}/`, ''))).toEqual(
      expect.arrayContaining([
        'failed: is wrong',
        'failed: the hooks of a suite',
        'failed: the set-up or tear-down of hooks.test.js',
        'failed: the set-up or tear-down of broken.test.js',
        'failed: outside of any test of stray.test.js',
      ]),
    )
    const text = told.join('\n')
    for (const reason of [
      'expected 1 to be 2',
      'not tidied up',
      'the server did not stop',
      'no server',
      'never awaited',
    ])
      expect(text).toContain(reason)
    expect(told.at(-1)).toBe('3 passed, 5 failed, 1 skipped')
    expect(
      tool('failed-files.mjs', 'ambient')
        .map((file) => file.replace(`${folder}/`, ''))
        .toSorted(),
    ).toEqual(['broken.test.js', 'hooks.test.js', 'red.test.js', 'stray.test.js'])
  })

  test('counts the second run of a file that failed, and names what passed only then', () => {
    files['red.test.js'] = `import { test } from 'vitest'
      test('is wrong', () => {})`
    run('ambient-again', ['red', 'hooks'])
    const told = tool('summarize-tests.mjs')
    expect(told).toContain('passed only when run again: is wrong')
    expect(told).not.toContain('failed: is wrong')
    expect(told).toContain('failed: the hooks of a suite')
    expect(told.at(-1)).toBe('4 passed, 4 failed, 1 skipped')
  })
})
