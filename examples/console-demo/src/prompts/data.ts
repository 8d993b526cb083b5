import { inMemory, type Opened, openStore } from '../open-store.ts'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tokens } from './tour-keys.ts'

/** What outlives the process: the store, and the tokens that the tour shows. */
export interface Data extends Opened {
  /** Those that were shown before. */
  readonly tokens: Partial<Tokens>
  /** Keeps what the next start shows again. The last step of a first start: without it, the next one begins again. */
  keep(tokens: Tokens): void
}

/** Opens the data in a folder; undefined keeps everything in memory. */
export async function openData(folder: string | undefined): Promise<Data> {
  if (folder === undefined) return { ...inMemory(), tokens: {}, keep: () => {} }
  // The tokens are readable: only for the user who started this.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const tokens = readTokens(folder)
  if (tokens === undefined) removeData(folder)
  const opened = await openStore(join(folder, database))
  return {
    ...opened,
    tokens: opened.isKept ? (tokens ?? {}) : {},
    keep(shown) {
      if (opened.isKept) writeFileSync(join(folder, tokenFile), `${JSON.stringify(shown, null, 2)}\n`, { mode: 0o600 })
    },
  }
}

/** Removes the data in a folder, and nothing else there. */
export function removeData(folder: string): void {
  for (const name of [tokenFile, database, `${database}-wal`, `${database}-shm`, `${database}-journal`]) {
    rmSync(join(folder, name), { force: true })
  }
}

const database = 'keys.db'
const tokenFile = 'tokens.json'

/** Undefined where a first start did not come to its end. */
function readTokens(folder: string): Partial<Tokens> | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, tokenFile), 'utf8')) as Partial<Tokens>
  } catch {
    return undefined
  }
}
