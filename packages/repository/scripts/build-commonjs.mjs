// Emits the CommonJS copy of every published package into dist/cjs. Run after `tsc -b`: siblings are read from dist.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { inBuildOrder, publishedPackages, root } from './workspaces.mjs'

const packages = inBuildOrder(publishedPackages())
const fingerprint = fingerprintOf([
  fileURLToPath(import.meta.url),
  join(root, 'tsconfig.json'),
  join(root, 'package-lock.json'),
  ...packages.flatMap(({ folder }) => [
    join(folder, 'package.json'),
    join(folder, 'tsconfig.json'),
    ...sourcesOf(folder),
  ]),
])

let failed = false
const parsed = new Map()
for (const { name, folder } of packages) {
  removeOrphans(folder)
  if (isUpToDate(folder)) continue
  const { outputs, diagnostics } = compile(folder)
  if (diagnostics.length > 0) {
    failed = true
    process.stderr.write(`CommonJS copy of ${name}:\n${format(diagnostics)}`)
    continue
  }
  replace(join(folder, 'dist/cjs'), outputs)
}
process.exitCode = failed ? 1 : 0

function compile(folder) {
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), commonJsOptions(folder), {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(format([diagnostic]))
    },
  })
  const outputs = new Map()
  const host = sharedHost(config.options)
  const program = ts.createProgram(config.fileNames, config.options, host)
  const { diagnostics } = program.emit(undefined, (file, text) => outputs.set(file, text))
  return { outputs, diagnostics: [...ts.getPreEmitDiagnostics(program), ...diagnostics] }
}

function commonJsOptions(folder) {
  return {
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    verbatimModuleSyntax: false,
    composite: false,
    incremental: false,
    tsBuildInfoFile: undefined,
    rootDir: join(folder, 'src'),
    outDir: join(folder, 'dist/cjs'),
  }
}

/** Libraries and siblings are parsed once for all packages. */
function sharedHost(options) {
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (file, ...rest) => {
    const source = parsed.get(file) ?? read(file, ...rest)
    parsed.set(file, source)
    return source
  }
  return host
}

/** All or nothing, and without a moment in which the folder is missing: others may be reading it. */
function replace(target, outputs) {
  const wanted = new Map([
    ...outputs,
    [join(target, 'package.json'), '{ "type": "commonjs" }\n'],
    // Named so that npm's `files` leave it out of the tarball.
    [join(target, '.tsbuildinfo'), fingerprint],
  ])
  for (const [file, text] of wanted) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const file of filesBelow(target)) if (!wanted.has(file)) rmSync(file)
}

/** What `tsc -b` leaves behind of sources that were renamed or removed would be published. */
function removeOrphans(folder) {
  const dist = join(folder, 'dist')
  const stems = new Set(sourcesOf(folder).map((file) => relative(join(folder, 'src'), file).replace(/\.ts$/, '')))
  for (const file of filesBelow(dist)) {
    const path = relative(dist, file)
    if (path.startsWith(`cjs${sep}`) || path === '.tsbuildinfo') continue
    if (!stems.has(path.replace(/\.(js|d\.ts)(\.map)?$/, ''))) rmSync(file)
  }
}

function isUpToDate(folder) {
  const stamp = join(folder, 'dist/cjs/.tsbuildinfo')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint
}

function fingerprintOf(files) {
  const hash = createHash('sha256').update(ts.version)
  for (const file of files) hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

function sourcesOf(folder) {
  return filesBelow(join(folder, 'src')).filter((file) => file.endsWith('.ts'))
}

function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function format(diagnostics) {
  return ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(diagnostics), {
    getCurrentDirectory: () => root,
    getCanonicalFileName: (file) => file,
    getNewLine: () => '\n',
  })
}
