import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { packAll } from '../../../../tools/pack.mjs'
import { servingApp, served } from '../../src/adoption/app.ts'
import { isWholeMatrix, printedBy, runIn, scratchFolder, writeFiles } from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'
import { codeBlocks } from '../../src/markdown.ts'
import { readText } from '../../src/repository-files.ts'

interface Manager {
  /** Its program, among the tools; undefined for the npm that is there. */
  readonly program?: string
  readonly install: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  /** What runs a script with what was installed; left out: Node itself. */
  readonly runs?: readonly string[]
  readonly everyRun: boolean
}

const pnpmInstall = ['install', '--no-frozen-lockfile', '--ignore-workspace']
const managers: Readonly<Record<string, Manager>> = {
  npm: { install: ['install', '--no-audit', '--no-fund', '--prefer-offline'], everyRun: true },
  'pnpm 9': { program: 'pnpm-9/bin/pnpm.cjs', install: pnpmInstall, everyRun: false },
  'pnpm 10': { program: 'pnpm-10/bin/pnpm.cjs', install: pnpmInstall, everyRun: true },
  'Yarn 1': { program: 'yarn-1/bin/yarn.js', install: ['install', '--non-interactive'], everyRun: true },
  'Yarn 4': {
    program: '@yarnpkg/cli-dist/bin/yarn.js',
    install: ['install'],
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
    everyRun: false,
  },
  "Yarn 4 with Plug'n'Play": {
    program: '@yarnpkg/cli-dist/bin/yarn.js',
    install: ['install'],
    files: { 'yarn.lock': '' },
    runs: ['node'],
    everyRun: true,
  },
}
const tools = await toolsOrSkip({
  'pnpm-9': 'npm:pnpm@9.15.9',
  'pnpm-10': 'npm:pnpm@10.20.0',
  'yarn-1': 'npm:yarn@1.22.22',
  '@yarnpkg/cli-dist': '4.18.1',
})
const scratch = scratchFolder('package-managers')
const tarballs = join(scratch, 'tarballs')
const registry = runIn(scratch, 'npm', ['config', 'get', 'registry']).stdout.trim()
const env = {
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_NPM_REGISTRY_SERVER: registry,
  YARN_UNSAFE_HTTP_WHITELIST: new URL(registry).hostname,
  YARN_CACHE_FOLDER: join(scratch, 'yarn-cache'),
  npm_config_store_dir: join(scratch, 'pnpm-store'),
}

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  packAll(tarballs)
})

tools.describe('the package.json of the quick start is installed, and what is installed answers requests, with', () => {
  const chosen = Object.entries(managers).filter(([, { everyRun }]) => isWholeMatrix || everyRun)

  test.each(chosen)('%s', (name, { program, install, files = {}, runs }) => {
    const block = codeBlocks(readText('docs/guides/quick-start.md')).find(({ testName }) => testName === 'install')
    const project = join(scratch, basename(name.replaceAll(/\W/g, '-')))
    writeFiles(project, {
      'package.json': block?.code ?? '',
      'app.mjs': servingApp({ framework: 'express' }),
      'app.cjs': servingApp({ framework: 'express', style: 'require' }),
      ...files,
    })
    cpSync(tarballs, join(project, 'vendor'), { recursive: true })
    const manager = program === undefined ? ['npm'] : [process.execPath, join(tools.folder(), 'node_modules', program)]
    const [command = '', ...before] = manager
    const { status, stdout, stderr } = runIn(project, command, [...before, ...install], env)
    expect(status, stdout + stderr).toBe(0)
    for (const app of ['app.mjs', 'app.cjs']) {
      const node = runs === undefined ? [process.execPath] : [...manager, ...runs]
      expect(printedBy(project, [app], node, env)).toEqual(served)
    }
  })
})
