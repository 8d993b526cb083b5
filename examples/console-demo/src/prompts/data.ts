import { inMemory, type Opened, openStore } from '../open-store.ts'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTokenName, type Tokens } from './tour-keys.ts'

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
  requireOwn(folder)
  const tokens = readTokens(folder)
  if (tokens === undefined || Object.keys(tokens).length === 0) {
    removeData(folder)
    // From here on, what is there was made here.
    writeFileSync(join(folder, tokenFile), '{}\n', { mode: 0o600 })
  }
  const opened = await openStore(join(folder, database))
  return {
    ...opened,
    tokens: opened.isKept ? (tokens ?? {}) : {},
    keep(shown) {
      if (opened.isKept) writeFileSync(join(folder, tokenFile), `${JSON.stringify(shown, null, 2)}\n`, { mode: 0o600 })
    },
  }
}

/** Removes the data in a folder, if it was made here, and nothing else there. */
export function removeData(folder: string): void {
  requireOwn(folder)
  for (const name of [tokenFile, database, `${database}-wal`, `${database}-shm`, `${database}-journal`]) {
    rmSync(join(folder, name), { force: true })
  }
}

const database = 'keys.db'
const tokenFile = 'tokens.json'

/** Someone may name a folder with a database of their own. @throws {Error} when what is there was not made here */
function requireOwn(folder: string): void {
  const found = [database, tokenFile].find((name) => existsSync(join(folder, name)))
  if (found === undefined || readTokens(folder) !== undefined) return
  throw new Error(`The example did not make the ${found} there, and leaves it alone, also with --reset.`)
}

/** Empty where a first start did not come to its end; undefined where the file is of someone else, or is not there. */
function readTokens(folder: string): Partial<Tokens> | undefined {
  try {
    const tokens: unknown = JSON.parse(readFileSync(join(folder, tokenFile), 'utf8'))
    const isOwn = typeof tokens === 'object' && tokens !== null && Object.keys(tokens).every(isTokenName)
    return isOwn ? tokens : undefined
  } catch {
    return undefined
  }
}
