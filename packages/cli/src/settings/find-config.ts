import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CliError } from '../exits/cli-error.ts'

/** The names that are looked for, the first one found counts. */
const configNames: readonly string[] = ['mjs', 'js', 'cjs', 'ts', 'json'].map((ending) => `claviger.config.${ending}`)

/**
 * The configuration file: the one that was named, or the first in this folder and those above it, up to the one with a
 * `package.json`.
 *
 * @throws {CliError} when the file that was named is not there
 */
export function findConfig(cwd: string, named: string | undefined): string | undefined {
  if (named !== undefined) {
    const file = resolve(cwd, named)
    if (existsSync(file)) return file
    throw new CliError('usage', 'config_not_found', `There is no file ${named}.`, 'Write one: npx claviger init.')
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = configNames.map((name) => join(folder, name)).find((file) => existsSync(file))
    if (found !== undefined) return found
    if (existsSync(join(folder, 'package.json')) || dirname(folder) === folder) return undefined
  }
}
