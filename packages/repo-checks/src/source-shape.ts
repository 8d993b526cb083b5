import { posix } from 'node:path'
import { readImports } from './imports.ts'
import { entryPoints, isSource, type Member } from './tree.ts'

/** The longest a source file may be, in lines: one idea, readable in one go. */
export const maxLines = 300

/** Characters outside ASCII that a file may use in its code. A comment anywhere may use the ellipsis; nothing else. */
export interface NonAscii {
  readonly file: string
  readonly characters: string
}

/** Imports of an entry point by its own package. Only the root entry may re-export from the package's others. */
export function indexImports(tree: readonly Member[]): string[] {
  return tree.flatMap((member) => {
    const entries = new Set([...entryPoints(member).values(), `${member.path}/src/index.ts`])
    const rootEntry = `${member.path}/src/index.ts`
    return relativeImports(member).flatMap(({ file, line, target }) =>
      entries.has(target) && (file !== rootEntry || target === rootEntry) ? [`${file}:${line} imports ${target}`] : [],
    )
  })
}

/** Import cycles within a package, each as the chain of its files. Type-only imports count: they tangle readers too. */
export function importCycles(tree: readonly Member[]): string[] {
  const graph = new Map<string, Map<string, true>>()
  for (const { file, target } of tree.flatMap((member) => relativeImports(member))) {
    graph.set(file, (graph.get(file) ?? new Map<string, true>()).set(target, true))
  }
  return cyclesOf(graph).map((cycle) => cycle.join(' -> '))
}

/**
 * Import cycles between the folders of core, each as the chain of its folders with an import for each step. Folders that
 * lie side by side are compared with everything in them, and with the files that lie beside them. The files at the root
 * put all folders together, and are left out.
 */
export function folderCycles(tree: readonly Member[]): string[] {
  const graphs = new Map<string, Map<string, Map<string, string>>>()
  for (const { file, target } of tree.flatMap((member) => relativeImports(member))) {
    if (!file.startsWith(coreSources) || !target.startsWith(coreSources)) continue
    const { parent, from, to } = parting(file.slice(coreSources.length), target.slice(coreSources.length))
    if (parent === '' && (from === ownFiles || to === ownFiles)) continue
    if (from === to) continue
    const graph = graphs.get(parent) ?? new Map<string, Map<string, string>>()
    const targets = graph.get(from) ?? new Map<string, string>()
    if (!targets.has(to)) targets.set(to, `${file} imports ${target}`)
    graphs.set(parent, graph.set(from, targets))
  }
  return [...graphs].flatMap(([parent, graph]) =>
    cyclesOf(graph).map((cycle) => {
      const names = cycle.map((name) => posix.join(parent, name === ownFiles ? '' : name))
      const steps = cycle.slice(1).map((to, index) => graph.get(cycle[index] ?? '')?.get(to) ?? '')
      return `${names.join(' -> ')}: ${steps.join(', ')}`
    }),
  )
}

const coreSources = 'packages/core/src/'
const ownFiles = '(files)'

/** The last folder that two files share, and the folder in it that each lies in. */
function parting(
  file: string,
  target: string,
): { readonly parent: string; readonly from: string; readonly to: string } {
  const [mine, theirs] = [file.split('/').slice(0, -1), target.split('/').slice(0, -1)]
  const parts = mine.findIndex((name, index) => theirs[index] !== name)
  const shared = parts < 0 ? mine.length : parts
  return { parent: mine.slice(0, shared).join('/'), from: mine[shared] ?? ownFiles, to: theirs[shared] ?? ownFiles }
}

function cyclesOf(graph: ReadonlyMap<string, ReadonlyMap<string, unknown>>): string[][] {
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name)
    if (start >= 0) cycles.push([...path.slice(start), name])
    if (start >= 0 || done.has(name)) return
    for (const next of graph.get(name)?.keys() ?? []) visit(next, [...path, name])
    done.add(name)
  }
  for (const name of graph.keys()) visit(name, [])
  return cycles
}

const replaceableTimers = /\b(?:setTimeout|setInterval|setImmediate|performance\.now)\(/

/**
 * Timers of the globals in what runs in a host's process: a test's fakes reach them, and what is begun under fakes never
 * ends. `timers.ts` of core has the real ones.
 */
export function globalTimers(tree: readonly Member[]): string[] {
  return sources(tree).flatMap(([file, text]) =>
    !/^packages\/(?:core|express|koa|store-\w+)\/src\//.test(file) || file === 'packages/core/src/runtime/timers.ts'
      ? []
      : text
          .split('\n')
          .flatMap((line, index) =>
            replaceableTimers.test(line) && !/^\s*(?:\*|\/\/)/.test(line)
              ? [`${file}:${index + 1} uses a timer that tests replace`]
              : [],
          ),
  )
}

/** Characters outside ASCII that no exception covers, and exceptions that cover nothing. */
export function nonAscii(tree: readonly Member[], exceptions: readonly NonAscii[]): string[] {
  const used = new Set<string>()
  const isExcused = (file: string, character: string): boolean => {
    const excused = exceptions.some((exception) => exception.file === file && exception.characters.includes(character))
    if (excused) used.add(`${file} ${character}`)
    return excused
  }
  const strays = sources(tree).flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) =>
      strangeCharacters(line)
        .filter((character) => !isExcused(file, character))
        .map((character) => `${file}:${index + 1} contains ${nameOf(character)}`),
    ),
  )
  const unused = exceptions.flatMap(({ file, characters }) =>
    Array.from(characters)
      .filter((character) => !used.has(`${file} ${character}`))
      .map((character) => `${file} no longer needs ${nameOf(character)}`),
  )
  return [...strays, ...unused]
}

function strangeCharacters(line: string): string[] {
  const commentStart = line.search(/^\s*\*|\/[*/]/)
  return [...line.matchAll(/[^\u0020-\u007e]/gu)].flatMap(({ 0: character, index }) => {
    const inComment = commentStart >= 0 && index > commentStart
    return inComment && character === ellipsis ? [] : [character]
  })
}

/** Source files that are longer than `maxLines`. */
export function longFiles(tree: readonly Member[]): string[] {
  return sources(tree).flatMap(([file, text]) => {
    const lines = text.split('\n').length - 1
    return lines > maxLines ? [`${file} has ${lines} lines`] : []
  })
}

function sources(tree: readonly Member[]): [string, string][] {
  return tree.flatMap(({ files }) => [...files].filter(([file]) => isSource(file)))
}

function relativeImports({ files }: Member): { file: string; line: number; target: string }[] {
  return [...files].flatMap(([file, text]) => {
    if (!isSource(file)) return []
    return readImports(file, text).flatMap(({ specifier, line }) => {
      if (specifier === undefined || !specifier.startsWith('.')) return []
      return [{ file, line, target: posix.join(posix.dirname(file), specifier) }]
    })
  })
}

const ellipsis = '\u2026'

function nameOf(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
}
