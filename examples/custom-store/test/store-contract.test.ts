import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeContract } from '@claviger/testing'
import { describe, test } from 'vitest'
import { decodeContents, encodeContents } from '../src/contents.ts'
import { jsonFileStore } from '../src/json-file-store.ts'

storeContract({
  name: 'jsonFileStore',
  runner: { describe, test },
  makeStore: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'json-file-store-'))
    const path = join(folder, 'keys.json')
    const store = jsonFileStore(path)
    await store.ready?.()
    return {
      store,
      second: async () => jsonFileStore(path),
      reopen: async () => jsonFileStore(path),
      async writeRaw(id, raw) {
        const contents = decodeContents(await readFile(path, 'utf8'))
        contents.rows.set(`key:${id}`, raw)
        await writeFile(path, encodeContents(contents))
      },
      close: () => rm(folder, { recursive: true }),
    }
  },
})
