import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { beforeAll, expect, inject, test } from 'vitest'
import { servingApp, served } from '../../src/adoption/app.ts'
import {
  installedProject,
  isWholeMatrix,
  printedBy,
  runIn,
  scratchFolder,
  writeFiles,
} from '../../src/adoption/project.ts'
import { toolsOrSkip } from '../../src/adoption/tools.ts'
import { copyInstalled } from '../../src/installation.ts'
import { codeBlocks } from '../../src/markdown.ts'
import { readText } from '../../src/repository-files.ts'

const packages = {
  esbuild: '0.28.2',
  webpack: '5.113.0',
  'webpack-cli': '6.0.1',
  rollup: '4.68.8',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@rollup/plugin-commonjs': '29.0.0',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-terser': '0.4.4',
  rolldown: '1.2.19',
}
const bundlers = await toolsOrSkip(packages)
const redis = await serverOrSkip('Redis', startRedis)
const scratch = scratchFolder('bundlers')
const project = join(scratch, 'project')
const page = codeBlocks(readText('docs/guides/bundlers.md'))

/** A command or a configuration file of the guide, as it stands there. */
function told(name: string): string {
  const block = page.find(({ testName }) => testName === name)
  if (block === undefined) throw new Error(`docs/guides/bundlers.md has no block marked <!-- test: ${name} -->`)
  return block.code.trim()
}

/** What each bundler is called with: the file of the guide, or its command. */
const ways: Readonly<Record<string, { readonly files?: Record<string, string>; readonly command: string }>> = {
  esbuild: { command: told('esbuild') },
  'esbuild, minified': { command: `${told('esbuild')} --minify` },
  'esbuild, with the binary copied': { command: told('esbuild-copy') },
  webpack: { files: { 'webpack.config.cjs': told('webpack') }, command: 'webpack' },
  Rollup: { files: { 'rollup.config.mjs': told('rollup') }, command: 'rollup -c' },
  rolldown: { files: { 'rolldown.config.mjs': told('rolldown') }, command: 'rolldown -c' },
  'rolldown, minified': { files: { 'rolldown.config.mjs': told('rolldown') }, command: 'rolldown -c --minify' },
}
const inEveryRun = new Set([
  'esbuild',
  'esbuild, minified',
  'esbuild, with the binary copied',
  'webpack',
  'Rollup',
  'rolldown',
])
const chosen = Object.keys(ways).filter((name) => isWholeMatrix || inEveryRun.has(name))

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  installedProject(project, {
    ours: ['core', 'store-memory', 'store-redis', 'store-sql', 'express', 'koa'],
    theirs: ['express', 'koa', 'libsql', 'ioredis', 'ioredis5'],
  })
  for (const name of Object.keys(packages))
    link(join(bundlers.folder(), 'node_modules', name), join('node_modules', name))
})

function link(target: string, name: string): void {
  mkdirSync(dirname(join(project, name)), { recursive: true })
  if (!existsSync(join(project, name))) symlinkSync(target, join(project, name))
}

/** Bundles `src/server.js` as the guide says and gives the folder that would be deployed. */
function bundled(way: string, source: string, more = ''): string {
  const { files = {}, command } = ways[way] ?? { command: '' }
  const out = join(project, 'dist')
  rmSync(out, { recursive: true, force: true })
  writeFiles(project, { 'package.json': { private: true }, 'src/server.js': source, ...files })
  const [program = '', ...args] = `${command} ${more}`.trim().replaceAll("'", '').split(/\s+/)
  const bin = join(bundlers.folder(), 'node_modules', '.bin', program === 'npx' ? (args.shift() ?? '') : program)
  const { status, stdout, stderr } = runIn(project, realpathSync(bin), args)
  if (status !== 0) throw new Error(`${command} ended with ${String(status)}\n${stdout}\n${stderr}`)
  const deployed = join(scratch, `deployed-${readdirSync(scratch).length}`)
  cpSync(out, deployed, { recursive: true })
  return deployed
}

function entryOf(folder: string): string {
  const found = readdirSync(folder).find((name) => /^server\.[cm]?js$/.test(name))
  if (found === undefined) throw new Error(`No server among ${readdirSync(folder).join(', ')}`)
  return join(folder, found)
}

bundlers.describe('an application bundled as the guide says answers 200 with its key and 401 without', () => {
  test.each(chosen)('%s', (way) => {
    const folder = bundled(way, servingApp({ framework: 'express' }))
    if (!way.includes('copied')) copyInstalled(['@node-rs/argon2'], folder)
    expect(printedBy(folder, [entryOf(folder)])).toEqual(served)
  })

  test('with hmacSha256 it needs no argon2 where it runs', () => {
    const folder = bundled('esbuild', servingApp({ framework: 'koa', hasher: 'hmac' }))
    expect(existsSync(join(folder, 'node_modules'))).toBe(false)
    expect(printedBy(folder, [entryOf(folder)])).toEqual(served)
  })
})

bundlers.describe('a minified bundle of a store', () => {
  const withStore = (loads: string, store: string, closes: string): string => `
    import { createKeyring, definePermissions, hmacSha256, systemActor, UnavailableError } from '@claviger/core'
    ${loads}
    const permissions = definePermissions({ prompts: ['read'] })
    const hasher = hmacSha256({ pepper: { id: 'one', secret: 'p'.repeat(32) } })
    async function main() {
      ${store}
      const keyring = createKeyring({ prefix: 'acme', store, permissions, owners: 'unbounded', hasher })
      await keyring.ready()
      const keys = keyring.as(systemActor('ws_acme'))
      const owner = { type: 'user', id: 'ada' }
      const { key, token } = await keys.create({ name: 'K', environment: 'production', permissions: ['prompts:read'], owner })
      const { ok } = await keyring.verify(token)
      await keys.revoke(key.id)
      const { code } = await keyring.verify(token)
      console.log(JSON.stringify({ ok, code, name: new UnavailableError('store', 'x').name }))
      await keyring.close()
      ${closes}
    }
    main().catch((error) => { console.error(error); process.exit(1) })
  `
  const works = { ok: true, code: 'key_revoked', name: 'UnavailableError' }

  redis.describe('on Redis', () => {
    test.each(['ioredis', 'ioredis5'])('works with %s in it', (client) => {
      const { port } = redis.server()
      const source = withStore(
        `import { Redis } from '${client}'\nimport { redisStore } from '@claviger/store-redis'`,
        `const client = new Redis(${port}, '127.0.0.1'); await client.flushall(); await client.script('FLUSH')
         const store = redisStore(client)`,
        'client.disconnect()',
      )
      const folder = bundled('esbuild, minified', source)
      expect(printedBy(folder, [entryOf(folder)])).toEqual(works)
    })
  })

  test('works on SQLite', () => {
    const source = withStore(
      `import { sqliteStore } from '@claviger/store-sql'\nimport Database from 'libsql'`,
      `const store = sqliteStore(new Database(':memory:')); await store.migrate()`,
      '',
    )
    const folder = bundled('esbuild, minified', source, '--external:libsql')
    copyInstalled(['libsql'], folder)
    expect(printedBy(folder, [entryOf(folder)])).toEqual(works)
  })
})
