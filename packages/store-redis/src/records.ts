import {
  CorruptRecordError,
  decodeIdempotencyRecord,
  decodeKeyRecord,
  decodeServiceAccount,
  type IdempotencyRecord,
  isKeyId,
  type KeyRecord,
  mapInTurns,
  maxRecordLength,
  type ServiceAccountRecord,
} from '@claviger/core/store'
import type { Commands } from './client/commands.ts'
import { optionalTextsReply } from './client/replies.ts'
import type { Database } from './database.ts'
import { readTextsScript } from './scripts/read-texts.ts'

// This many ids are about a millisecond of Redis's only thread.
const maxIdsPerCall = 500

/** Stored texts by name; null for none. */
export type Texts = ReadonlyMap<string, string | null>

/** Reads keys by id. Ids that cannot be ids are not looked up. */
export async function findKeys(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, KeyRecord | 'corrupt'>> {
  const wanted = [...new Set(ids)].filter(isKeyId)
  const batches = Array.from({ length: Math.ceil(wanted.length / maxIdsPerCall) }, (_, index) =>
    wanted.slice(index * maxIdsPerCall, (index + 1) * maxIdsPerCall),
  )
  const found = await Promise.all(batches.map((batch) => findBatch(database, batch)))
  return new Map(found.flat())
}

async function findBatch(
  { names, commands }: Database,
  ids: readonly string[],
): Promise<readonly (readonly [string, KeyRecord | 'corrupt'])[]> {
  const asked = ids.flatMap((id) => [names.key(id), names.lastUsed(id)])
  const texts = await lightTexts(commands, asked)
  const records = await mapInTurns([...ids.keys()], (index) =>
    readKey(texts[2 * index] ?? null, texts[2 * index + 1] ?? null),
  )
  return ids.flatMap((id, index) => {
    const record = records[index] ?? null
    if (record === null) return []
    // Another key's record under this name must not be believed.
    return [[id, record === 'corrupt' || record.id === id ? record : 'corrupt'] as const]
  })
}

/** Reads texts by name, in one round trip. */
export async function readTexts({ commands }: Pick<Database, 'commands'>, keys: readonly string[]): Promise<Texts> {
  if (keys.length === 0) return new Map()
  const texts = optionalTextsReply(await commands.send('MGET', ...keys))
  return new Map(keys.map((key, index) => [key, texts[index] ?? null]))
}

async function lightTexts(commands: Commands, keys: readonly string[]): Promise<readonly (string | null)[]> {
  return optionalTextsReply(await commands.run(readTextsScript, keys, [maxRecordLength]))
}

/** A key from its two texts; the second holds `lastUsedAt`, which a commit must not touch. */
export function readKey(text: string | null, lastUsed: string | null): KeyRecord | 'corrupt' | null {
  const record = decoded(text, decodeKeyRecord)
  if (record === null || record === 'corrupt') return record
  if (lastUsed === null) return { ...record, lastUsedAt: null }
  const lastUsedAt = Number(lastUsed)
  return Number.isSafeInteger(lastUsedAt) ? { ...record, lastUsedAt } : 'corrupt'
}

export function readServiceAccount(text: string | null): ServiceAccountRecord | 'corrupt' | null {
  return decoded(text, decodeServiceAccount)
}

export function readIdempotency(text: string | null): IdempotencyRecord | 'corrupt' | null {
  return decoded(text, decodeIdempotencyRecord)
}

function decoded<T>(text: string | null, decode: (stored: string) => T): T | 'corrupt' | null {
  if (text === null) return null
  try {
    return decode(text)
  } catch (error) {
    if (error instanceof CorruptRecordError) return 'corrupt'
    throw error
  }
}
