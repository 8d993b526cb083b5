import { join } from 'node:path'
import { beforeAll, expect, inject, test } from 'vitest'
import { publishedPackages } from '../../../../tools/workspaces.mjs'
import { nodesOrSkip } from '../../src/adoption/nodes.ts'
import { installedProject, runIn, scratchFolder } from '../../src/adoption/project.ts'

// One that cannot read our code, one that reads it and lacks functions, and the last before each line we support.
const old = ['12.22.12', '18.20.8', '20.18.3', '22.11.0'] as const
const good = ['22.12.0'] as const
const nodes = await nodesOrSkip([...old, ...good])

const packages = publishedPackages()
const entries = packages.flatMap(({ name, manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => name + subpath.slice(1)),
)
const project = join(scratchFolder('old-node'), 'project')

beforeAll(() => {
  expect(inject('buildFailure')).toBe('')
  installedProject(project, {
    ours: packages.map(({ path }) => path.slice('packages/'.length)),
    theirs: ['express', 'koa', 'ioredis'],
  })
})

/** Loads every entry point, each in the state that a failure of another leaves, and prints what came of it. */
const probe = `
  const found = {}
  for (const name of ${JSON.stringify(entries)}) {
    try {
      require(name)
      found[name] = 'loaded'
    } catch (error) {
      found[name] = String(error)
    }
  }
  console.log(JSON.stringify(found))
`

nodes.describe('every entry point', () => {
  test.each(old)('says on Node %s which Node it needs, and nothing else', (version) => {
    const { stdout, stderr } = runIn(project, nodes.program(version), ['--eval', probe])
    expect(stderr).toBe('')
    const sentence = `Error: Claviger needs Node 20.19, or 22.12 or later; this is v${version}.`
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(entries.map((name) => [name, sentence])))
  })

  test('says so to an ES module as well', () => {
    const code = "import '@claviger/express'"
    const { status, stderr } = runIn(project, nodes.program('18.20.8'), ['--input-type=module', '--eval', code])
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/Error: Claviger needs Node 20\.19, or 22\.12 or later; this is v18\.20\.8\./)
    expect(stderr).not.toMatch(/SyntaxError|ReferenceError/)
  })

  test.each(good)('loads on Node %s', (version) => {
    const { stdout } = runIn(project, nodes.program(version), ['--eval', probe])
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(entries.map((name) => [name, 'loaded'])))
  })
})
