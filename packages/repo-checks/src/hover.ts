import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../../tools/workspaces.mjs'
import { sourceOptions } from './program.ts'

/** What an editor shows over a name. */
export interface Hover {
  readonly signature: string
  readonly documentation: string
}

/**
 * What an editor shows over marked names: a mark `^^` stands before each, and the answers are in their order.
 *
 * @param code with its imports; it may have errors, as code that is being written has
 */
export function hovers(code: string): Hover[] {
  const positions: number[] = []
  const parts = code.split('^^')
  const text = parts.reduce((before, part) => {
    positions.push(before.length)
    return before + part
  })
  const file = join(root, 'packages/fault-lab/src/hovered.ts')
  const service = ts.createLanguageService(hostOf(file, text))
  return positions.map((position) => {
    const info = service.getQuickInfoAtPosition(file, position)
    return {
      signature: ts.displayPartsToString(info?.displayParts),
      documentation: ts.displayPartsToString(info?.documentation),
    }
  })
}

function hostOf(file: string, text: string): ts.LanguageServiceHost {
  const read = (name: string): string | undefined => (name === file ? text : ts.sys.readFile(name))
  return {
    getCompilationSettings: sourceOptions,
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = read(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: read,
    directoryExists: (name) => ts.sys.directoryExists(name),
    getDirectories: (name) => ts.sys.getDirectories(name),
  }
}
