import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change, KeyRecord, Write } from '@claviger/core/store'
import { onTestFinished } from 'vitest'

/** A path for one test, in a folder that is removed after it. */
export async function temporaryFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'json-file-store-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'keys.json')
}

/** A change that inserts these keys. */
export function inserting(...records: readonly KeyRecord[]): Change {
  const writes = records.map((record): Write => ({ type: 'key', record, expectedRevision: 0 }))
  return { writes, activity: [], announcements: [], nonce: crypto.randomUUID(), at: 0, silent: false }
}
