import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where programs are: the PATH, then the folders of administrators' programs, which a user's PATH may lack. */
export function programFolders(): readonly string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...path, '/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']
}

/** The first program there is, by the given names in their order; `undefined` when there is none. */
export function findProgram(
  names: readonly string[],
  folders: readonly string[] = programFolders(),
): string | undefined {
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => isExecutable(file))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
