import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { type Import, packageOf, readImports } from './imports.ts'
import { entryPoints, isSource, type Member } from './tree.ts'

/** What the sources of one layer may name besides themselves and `node:` modules. */
interface Layer {
  /** Layers of ours; `public` for every published entry point. */
  readonly ours: readonly string[] | 'public'
  /** Packages of others; `declared` for those that the `package.json` names. */
  readonly theirs: readonly string[] | 'declared'
  /** Packages of others of which only types may be taken. */
  readonly typesOf: readonly string[]
}

/** The diagram of ARCHITECTURE.md. A package without a row has no place in the diagram yet: give it one here first. */
const diagram: Readonly<Record<string, Layer>> = {
  core: { ours: [], theirs: ['@node-rs/argon2', 'lru-cache', 'nanoid'], typesOf: [] },
  'core/http': { ours: ['core'], theirs: [], typesOf: [] },
  'core/mount': { ours: ['core', 'core/http'], theirs: [], typesOf: [] },
  'store-memory': { ours: ['core'], theirs: [], typesOf: [] },
  express: { ours: ['core', 'core/http', 'core/mount'], theirs: [], typesOf: ['express'] },
  koa: { ours: ['core', 'core/http', 'core/mount'], theirs: [], typesOf: ['koa'] },
  management: { ours: ['core', 'core/http'], theirs: ['hono', 'zod'], typesOf: [] },
  console: { ours: ['core', 'core/http', 'management'], theirs: ['hono'], typesOf: [] },
  'store-redis': { ours: ['core'], theirs: [], typesOf: ['ioredis'] },
  'store-sql': { ours: ['core'], theirs: ['kysely'], typesOf: [] },
  limits: { ours: ['core', 'core/http'], theirs: ['rate-limiter-flexible'], typesOf: [] },
  client: { ours: [], theirs: [], typesOf: [] },
  cli: {
    ours: ['client', 'console', 'core', 'core/mount', 'management', 'store-redis', 'store-sql'],
    theirs: ['@clack/prompts', 'cli-table3', 'commander', 'csv-parse', 'picocolors', 'string-width'],
    typesOf: [],
  },
  'test-servers': { ours: [], theirs: ['vitest'], typesOf: [] },
  'fault-lab': { ours: 'public', theirs: 'declared', typesOf: [] },
  testing: { ours: ['core', 'core/http', 'store-memory'], theirs: [], typesOf: [] },
  examples: { ours: 'public', theirs: 'declared', typesOf: [] },
}

/** Inside core: what answers requests never needs what changes keys, nor what puts a keyring together. */
const verification = /^packages\/core\/src\/(?:verify|cache|following|verification)\//
const management = /^packages\/core\/src\/(?:keys|writing|life|options|watch|usage)\//

const scope = '@claviger/'

/** Every way in which the sources break the diagram, one sentence each, with file and line. */
export function diagramViolations(tree: readonly Member[]): string[] {
  return tree.flatMap((member) =>
    sourceImports(member).flatMap(({ file, found }) => {
      const complaint = judge(tree, member, file, found)
      return complaint === undefined ? [] : [`${file}:${found.line} ${complaint}`]
    }),
  )
}

/** Every difference between what a `package.json` declares and what its sources and tests import. */
export function dependencyViolations(tree: readonly Member[], rootDevDependencies: Iterable<string>): string[] {
  const shared = new Set(rootDevDependencies)
  return tree.flatMap((member) => {
    const { name, dependencies = {}, peerDependencies = {}, devDependencies = {} } = member.manifest
    const { optionalDependencies = {} } = member.manifest
    const own = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies)])
    const dev = new Set(Object.keys(devDependencies))
    const used = packagesNamed(member, (file) => isSource(file))
    const usedByTests = packagesNamed(member, (file) => !isSource(file))
    return [
      ...missing(used, own).map((other) => `${name}: src imports ${other}, which is not a dependency`),
      // A peer may be known by its shape alone: the host brings it, src imports nothing.
      ...missing(new Set(Object.keys(dependencies)), withTypes(used)).map(
        (other) => `${name}: depends on ${other}, which src never imports`,
      ),
      ...missing(usedByTests, union(own, dev, Object.keys(optionalDependencies), shared, [name])).map(
        (other) => `${name}: test imports ${other}, which is not a devDependency`,
      ),
      ...missing(dev, union(withTypes(used), withTypes(usedByTests))).map(
        (other) => `${name}: has the devDependency ${other}, which nothing imports`,
      ),
    ]
  })
}

/** The packages of others that a layer's row allows by name. */
export function allowedPackages(layer: string): readonly string[] {
  const theirs = diagram[layer]?.theirs
  return typeof theirs === 'object' ? theirs : []
}

function judge(tree: readonly Member[], member: Member, file: string, found: Import): string | undefined {
  const { specifier } = found
  const from = layerOf(file)
  const layer = diagram[from]
  if (layer === undefined) return `belongs to ${from}, which has no row in the diagram`
  if (specifier === undefined) return 'imports a computed name, which no one can check'
  if (specifier.startsWith('node:')) return undefined
  if (builtinModules.includes(packageOf(specifier))) return `imports ${specifier} without "node:"`
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier)
    if (!target.startsWith(`${member.path}/src/`)) return `imports ${specifier}, outside its own sources`
    if (verification.test(file) && management.test(target)) return `imports ${target}: verification, of management`
    return mayUseOurs(from, layer, layerOf(target)) ? undefined : `imports ${layerOf(target)}, which ${from} must not`
  }
  if (packageOf(specifier) === member.manifest.name) return `imports its own package by name: ${specifier}`
  if (specifier.startsWith(scope)) return judgeOurs(tree, from, layer, specifier)
  return judgeTheirs(from, layer, found, packageOf(specifier))
}

function judgeOurs(tree: readonly Member[], from: string, layer: Layer, specifier: string): string | undefined {
  const name = packageOf(specifier)
  const target = tree.find(({ manifest }) => manifest.name === name)
  const entry = target && entryPoints(target).get(specifier.replace(name, '.'))
  // Examples may share what does not depend on what they show.
  const isShared = from === 'examples' && entry !== undefined && layerOf(entry) === 'examples'
  if (entry === undefined || (target?.manifest.private === true && !isShared))
    return `imports ${specifier}, which is not a public entry point`
  return mayUseOurs(from, layer, layerOf(entry)) ? undefined : `imports ${layerOf(entry)}, which ${from} must not`
}

function judgeTheirs(from: string, layer: Layer, { typeOnly }: Import, name: string): string | undefined {
  if (layer.theirs === 'declared' || layer.theirs.includes(name)) return undefined
  if (!layer.typesOf.includes(name)) return `imports ${name}, which ${from} must not`
  return typeOnly ? undefined : `imports ${name} at run time; ${from} may only take its types`
}

function mayUseOurs(from: string, { ours }: Layer, target: string): boolean {
  return target === from || ours === 'public' || ours.includes(target)
}

function layerOf(file: string): string {
  const [parent, name = '', , folder] = file.split('/')
  if (parent === 'examples') return 'examples'
  return name === 'core' && (folder === 'http' || folder === 'mount') ? `core/${folder}` : name
}

function sourceImports({ files }: Member): { file: string; found: Import }[] {
  return [...files].flatMap(([file, text]) =>
    isSource(file) ? readImports(file, text).map((found) => ({ file, found })) : [],
  )
}

function packagesNamed({ files }: Member, wanted: (file: string) => boolean): Set<string> {
  const specifiers = [...files].flatMap(([file, text]) => (wanted(file) ? readImports(file, text) : []))
  const bare = specifiers.flatMap(({ specifier = '.' }) =>
    /^(\.|node:)/.test(specifier) ? [] : [packageOf(specifier)],
  )
  return new Set(bare)
}

/** A package brings its `@types` along. */
function withTypes(names: ReadonlySet<string>): Set<string> {
  return union(
    names,
    [...names].map((name) => `@types/${name.replace(/^@/, '').replace('/', '__')}`),
  )
}

function union(...sets: Iterable<string>[]): Set<string> {
  return new Set(sets.flatMap((set) => Array.from(set)))
}

function missing(wanted: ReadonlySet<string>, present: ReadonlySet<string>): string[] {
  return [...wanted].filter((name) => !present.has(name))
}
