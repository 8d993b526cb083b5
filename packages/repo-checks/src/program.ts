import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../../../tools/workspaces.mjs'

/**
 * A type-checked program as the tests are checked: against the sources of all packages, with nothing built.
 *
 * @param files relative to the root
 * @param extra texts of files that are not on disk, by absolute path; they are part of the program
 */
export function sourceProgram(
  files: readonly string[],
  extra: ReadonlyMap<string, string> = new Map(),
  overrides: ts.CompilerOptions = {},
): ts.Program {
  const options: ts.CompilerOptions = {
    ...sourceOptions(),
    moduleDetection: ts.ModuleDetectionKind.Force,
    ...overrides,
  }
  const host = ts.createCompilerHost(options)
  const onDisk = ts.createCompilerHost(options)
  host.fileExists = (file) => extra.has(file) || onDisk.fileExists(file)
  host.readFile = (file) => extra.get(file) ?? onDisk.readFile(file)
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const text = extra.get(file)
    if (text === undefined) return onDisk.getSourceFile(file, languageVersion, ...rest)
    return ts.createSourceFile(file, text, languageVersion, true)
  }
  return ts.createProgram([...files.map((file) => join(root, file)), ...extra.keys()], options, host)
}

/** All complaints of the compiler, as it would print them, with paths relative to the root. */
export function complaints(diagnostics: readonly ts.Diagnostic[]): string[] {
  return diagnostics.map((diagnostic) =>
    ts
      .formatDiagnostic(diagnostic, {
        getCurrentDirectory: () => root,
        getCanonicalFileName: (file) => file,
        getNewLine: () => '\n',
      })
      .trim(),
  )
}

/** The settings under which tests are checked. */
export function sourceOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.tests.json')
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  return options
}
