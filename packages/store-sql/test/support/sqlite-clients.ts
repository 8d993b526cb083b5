import { afterAll } from 'vitest'
import { sqliteStore } from '../../src/index.ts'
import { sqliteFile } from './sqlite-files.ts'
import { defaultDriver } from './sqlite-store.ts'
import type { ServerClient } from './under-test.ts'

/** Handles on one file, as clients of a server are. */
export function sqliteClients(): () => ServerClient {
  const { file, remove } = sqliteFile()
  const open = new Set<{ close(): void }>()
  afterAll(() => {
    for (const handle of open) handle.close()
    remove()
  })
  return () => {
    const handle = defaultDriver().open(file)
    open.add(handle)
    return {
      store: (options) => sqliteStore(handle.database, { busyTimeoutMs: 10_000, ...options }),
      run: async (sql, ...parameters) => {
        const result = handle.run(sql, ...parameters)
        return Array.isArray(result) ? result : []
      },
      end: async () => handle.close(),
    }
  }
}
