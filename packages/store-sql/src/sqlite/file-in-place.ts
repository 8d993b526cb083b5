import { fstatSync, readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { UnavailableError } from '@claviger/core/store'
import type { SqliteDatabase } from './handle.ts'

/**
 * Makes a check that the file a handle has open is still the one at its path. A file that was moved there meanwhile is
 * another database: what is read here is the past, and what is written here is gone with this process.
 *
 * @returns a function that throws `UnavailableError` when it is not
 */
export function fileInPlace(database: SqliteDatabase): () => void {
  let opened: readonly Place[] | undefined
  return () => {
    opened ??= placesOf(database)
    for (const { path, file } of opened) if (file === undefined || fileAt(path) !== file) throw replaced()
  }
}

interface Place {
  readonly path: string
  /** Device and inode; undefined when the file there is not the open one. */
  readonly file: string | undefined
}

/** Where the handle's file is: by SQLite's own word, and by the name it was opened with, which may be a link. */
function placesOf(database: SqliteDatabase): readonly Place[] {
  const list = database.prepare('pragma database_list').all([]) as readonly {
    readonly name?: unknown
    file?: unknown
  }[]
  const main = list.find(({ name }) => name === 'main')?.file
  // In memory, or a temporary file that no one else can find.
  if (typeof main !== 'string' || main === '') return []
  const named: unknown = Reflect.get(database, 'name')
  const paths = new Set([main, ...(typeof named === 'string' && !/^(?:file:|:|$)/.test(named) ? [resolve(named)] : [])])
  return [...paths].map((path) => {
    const file = fileAt(path)
    return { path, file: file !== undefined && isOpenHere(file) ? file : undefined }
  })
}

function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

/**
 * Whether this process has the file open: it may have been exchanged before anyone looked. Yes where no one can tell.
 */
function isOpenHere(file: string): boolean {
  const descriptors = openDescriptors()
  return (
    descriptors === undefined ||
    descriptors.some((descriptor) => {
      try {
        const { dev, ino } = fstatSync(descriptor, { bigint: true })
        return `${dev}:${ino}` === file
      } catch {
        return false
      }
    })
  )
}

function openDescriptors(): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return undefined
  }
}

function replaced(): UnavailableError {
  return new UnavailableError(
    'store',
    'The SQLite file was removed or replaced while this process has it open. Nothing is read from the old one or written ' +
      'to it. Restart the process; to exchange the file, stop every process first.',
  )
}
