import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../../tools/workspaces.mjs'

/** Files of the checkout that are tracked, or new and not ignored, relative to the root. */
export function repositoryFiles(extension = ''): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  const files = new Set(output.split('\0').filter((file) => file !== '' && file.endsWith(extension)))
  return [...files].filter((file) => existsSync(join(root, file))).toSorted()
}

/** The text of a file, by its path relative to the root; empty when there is none. */
export function readText(file: string): string {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
