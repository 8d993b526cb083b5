import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseWrites, type KeyStore } from '@claviger/core/store'
import {
  applyChange,
  changesSince,
  type Contents,
  decodeContents,
  encodeContents,
  findKeys,
  listKeys,
  newContents,
} from './contents.ts'
import { withLock } from './lock.ts'
import { replaceFile } from './replace-file.ts'

/**
 * Keeps keys in one JSON file, for a few hundred keys and a few processes on one machine running Linux or macOS.
 *
 * @param path the file; `ready()` makes it when there is none, in a folder that must exist
 */
export function jsonFileStore(path: string): KeyStore {
  const read = async (): Promise<Contents> => decodeContents(await readFile(path, 'utf8'))

  return {
    find: async (ids) => findKeys(await read(), ids),
    list: async (query) => listKeys(await read(), query),
    poll: async (since) => changesSince(await read(), since),

    async commit(change) {
      // Before the first await: the caller may go on to change what it gave.
      const own = { ...change, writes: parseWrites(change), announcements: structuredClone(change.announcements) }
      return withLock(path, async () => {
        const contents = await read()
        const result = applyChange(contents, own)
        if (result.ok) await replaceFile(path, encodeContents(contents))
        return result
      })
    },

    ready: () =>
      withLock(path, async () => {
        if (existsSync(path)) await read()
        else await replaceFile(path, encodeContents(newContents()))
      }),
  }
}
