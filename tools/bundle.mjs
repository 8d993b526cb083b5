// Bundles every published package into its dist: one CommonJS implementation with a small file for each entry point, and
// the declarations that entry points reach. Reads sources only; checking them is the business of `tsc -b`.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { nodeCheck } from './node-check.mjs'
import { publishedPackages } from './workspaces.mjs'

// What one file shares with another. Nothing is shared before it is made, so that a value says the same, in fewer lines.
const getter =
  /Object\.defineProperty\(exports, "(\w+)", \{\s+enumerable: true,\s+get: function \(\) \{\s+return ([\w$]+);\s+\}\s+\}\);/g

// A dynamic import of a package that is CommonJS itself needs no helpers: only its names are used. Nor do marks for
// bundlers, which find one file.
const helped = /\/\* @__PURE__ \*\/ __toESM\((require\("[^"]+"\)), 1\)/g
const helpers = /\/\/ \\0rolldown\/runtime\.js\n[\s\S]*?\n\n/
const mark = /\/\* @__PURE__ \*\/ /g

// Statements that only lead to other entry points.
const lead = /^(import|export \* from) '\.\/([\w-]+)\.ts'\n/gm
const comment = /\/\*\*[\s\S]*?\*\//g

const declarationOptions = { format: 'es', entryFileNames: '[name].cts', chunkFileNames: 'shared-[name].cts' }

for (const { folder, manifest } of publishedPackages()) {
  const code = await bundle({ folder, manifest, plugins: [] }, codeOptions(basename(folder), manifest.engines.node))
  const whole = (_name, source) => !isUmbrella(readFileSync(join(folder, source), 'utf8'))
  const types = await bundle({ folder, manifest, plugins: [declarations()], wanted: whole }, declarationOptions)
  replace(join(folder, 'dist'), new Map([...code, ...types, ...umbrellas({ folder, manifest })]))
}

async function bundle({ folder, manifest, plugins, wanted = () => true }, options) {
  const build = await rolldown({
    cwd: folder,
    input: Object.fromEntries(Object.entries(entryPoints(manifest)).filter((entry) => wanted(...entry))),
    external: (id) => !id.startsWith('.') && !id.startsWith(folder),
    platform: 'node',
    preserveEntrySignatures: 'strict',
    plugins,
    onLog(_level, { message }) {
      throw new Error(`${folder}: ${message}`)
    },
  })
  try {
    const { output } = await build.generate(options)
    return output.map(({ fileName, code }) => [fileName, plain(code)])
  } finally {
    await build.close()
  }
}

/** Whether an entry point only puts others together: a bundle would leave out what those declare globally. */
function isUmbrella(source) {
  return source.replace(comment, '').replace(lead, '').trim() === ''
}

/** The declarations of such entry points, word for word. */
function umbrellas({ folder, manifest }) {
  return Object.entries(entryPoints(manifest))
    .map(([name, path]) => [`${name}.d.cts`, readFileSync(join(folder, path), 'utf8')])
    .filter(([, source]) => isUmbrella(source))
    .map(([name, source]) => [name, source.replace(lead, "$1 './$2.cjs'\n")])
}

function plain(code) {
  const shared = code.replaceAll(getter, 'exports.$1 = $2;').replaceAll(helped, '$1')
  const bare = shared.replace(helpers, '')
  return `${(bare.includes('__toESM') ? shared : bare).replaceAll(mark, '').trimEnd()}\n`
}

/** `{ index: './src/index.ts', http: './src/http/index.ts' }` */
function entryPoints({ exports }) {
  const entries = Object.entries(exports).filter(([, target]) => '@claviger/source' in Object(target))
  return Object.fromEntries(
    entries.map(([subpath, target]) => [subpath === '.' ? 'index' : subpath.slice(2), target['@claviger/source']]),
  )
}

/**
 * All code stands in one file, named after the package. Node looks for the names that ES modules may import in the text
 * of an entry point, slowly: it is quick there because nothing else stands in it.
 */
function codeOptions(name, nodeRange) {
  return {
    format: 'cjs',
    // As the sources run, and so as they are tested: a write that cannot be made throws.
    strict: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    banner: ({ isEntry }) => (isEntry ? nodeCheck(nodeRange) : ''),
    // But for a documentation generator, which most users of a package never load: it stands in a file of its own.
    codeSplitting: {
      groups: [
        { name, priority: 1, test: (id) => !id.includes('/src/docs/') },
        { name: `${name}-docs`, test: (id) => id.includes('/src/docs/') },
      ],
    },
    // Node loads CommonJS with `require`; under Jest `import()` would fail.
    dynamicImportInCjs: false,
    minify: false,
    minifyInternalExports: false,
    comments: { legal: true, annotation: false, jsdoc: false },
  }
}

function declarations() {
  return dts({ oxc: true, emitDtsOnly: true, sourcemap: false, tsconfig: false })
}

/** Writes what is new, without a moment in which a file is missing or half there: others may be reading it. */
function replace(target, files) {
  mkdirSync(target, { recursive: true })
  for (const [name, text] of files) {
    const file = join(target, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    const draft = `${file}.${process.pid}`
    writeFileSync(draft, text)
    renameSync(draft, file)
  }
  for (const name of readdirSync(target)) if (!files.has(name)) rmSync(join(target, name), { recursive: true })
}
