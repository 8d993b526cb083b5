import type { BoundedStore } from '../../bounds/bounded-store.types.ts'
import { ConflictError, ForbiddenError } from '../../errors/errors.ts'
import type { Hashing } from '../../hashing/hashing.ts'
import { isImportedHash } from '../../hashing/imported-hash.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { KeyRecord } from '../../store/records.ts'
import { everything } from '../../restrictions/selection.ts'
import { unrestricted } from '../../store/restrictions.ts'
import type { Write } from '../../store/store.ts'
import type { AnyClavigerError } from '../../verification/any-error.ts'
import { isClavigerError } from '../../verification/any-error.ts'
import { usualAttempts } from '../../writing/attempts.ts'
import type { EventSink } from '../changes/events.ts'
import { type Ownership, requireWithin } from '../changes/ownership.ts'
import type { Reading } from '../reading/reading.ts'
import type { Acting } from '../rules/acting.ts'
import type { KeyRules } from '../rules/key-rules.ts'
import { activityEntry, firstFacts, keyFacts } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import { keyFromRecord } from '../shapes/key.ts'
import type { ImportResult } from './import.types.ts'
import type { ListedEntry } from './import-list.ts'
import type { LookUpImportOwner } from './import-owners.ts'
import type { CheckedEntry } from './parse-entry.ts'

/** What importing one commit's worth of keys is made of. */
export interface ChunkParts {
  readonly store: Pick<BoundedStore, 'keys'>
  readonly acting: Pick<Acting, 'commit'>
  readonly reading: Pick<Reading, 'isKeyStored'>
  readonly rules: Pick<KeyRules, 'permissions' | 'policy'>
  readonly hashing: Pick<Hashing, 'protectDigest'>
  readonly events: Pick<EventSink, 'key'>
  readonly newId: () => string
  readonly clock: Clock
}

/**
 * Imports what one commit holds: all of it that is new and allowed, or nothing.
 *
 * @returns a result for each entry
 * @throws {UnavailableError} when store or owner lookup fail: import the same again
 */
export async function importChunk(
  parts: ChunkParts,
  actor: Actor,
  chunk: readonly ListedEntry[],
  lookUp: LookUpImportOwner,
  dryRun: boolean,
): Promise<readonly ImportResult[]> {
  for (let attempt = 0; attempt < usualAttempts; attempt += 1) {
    const { settled, fresh } = await sorted(parts, actor, chunk)
    const { refused, owned } = await withOwners(parts, fresh, lookUp)
    const done = [...settled, ...refused]
    if (dryRun || owned.length === 0 || (await stored(parts, actor, owned))) {
      return [...done, ...owned.map(({ listed }) => imported(listed))]
    }
  }
  const busy = new ConflictError('A service account that is to own keys was busy every time. Import it again.')
  return chunk.map((listed) => refusal(listed, busy))
}

interface OwnedEntry {
  readonly listed: ListedEntry
  readonly ownership: Ownership
}

/** What is settled by what the store holds, and what is new. */
async function sorted(
  { store }: Pick<ChunkParts, 'store'>,
  { workspaceId }: Actor,
  chunk: readonly ListedEntry[],
): Promise<{ readonly settled: readonly ImportResult[]; readonly fresh: readonly ListedEntry[] }> {
  const found = await store.keys(
    workspaceId,
    chunk.map(({ entry }) => entry.id),
  )
  const settled: ImportResult[] = []
  const fresh: ListedEntry[] = []
  for (const listed of chunk) {
    const there = found.get(listed.entry.id)
    if (there === null) fresh.push(listed)
    else if (there !== 'corrupt' && there.workspaceId === workspaceId) settled.push(present(listed, there))
    else settled.push(refusal(listed, takenElsewhere()))
  }
  return { settled, fresh }
}

async function withOwners(
  { rules }: Pick<ChunkParts, 'rules'>,
  fresh: readonly ListedEntry[],
  lookUp: LookUpImportOwner,
): Promise<{ readonly refused: readonly ImportResult[]; readonly owned: readonly OwnedEntry[] }> {
  const asked = new Map<string, ReturnType<LookUpImportOwner>>()
  const refused: ImportResult[] = []
  const owned: OwnedEntry[] = []
  for (const listed of fresh) {
    const { owner, permissions } = listed.entry
    const name = `${owner.type} ${owner.id}`
    const answer = asked.get(name) ?? lookUp(owner)
    asked.set(name, answer)
    const ownership = await answer
    if (ownership instanceof ForbiddenError) {
      refused.push(refusal(listed, ownership))
      continue
    }
    try {
      requireWithin(ownership, { permissions, resources: everything }, rules.permissions)
      owned.push({ listed, ownership })
    } catch (error) {
      if (!isClavigerError(error)) throw error
      refused.push(refusal(listed, error))
    }
  }
  return { refused, owned }
}

/** Stores what is new, in one change. False when another writer was first. */
async function stored(parts: ChunkParts, actor: Actor, owned: readonly OwnedEntry[]): Promise<boolean> {
  const { acting, reading, events, rules, newId, clock } = parts
  const now = clock.now()
  const records = owned.map(({ listed }) => recordOf(parts.hashing, actor, listed.entry, now))
  const accounts = new Set(owned.flatMap(({ ownership }) => ownership.besides))
  const change = {
    writes: [...records.map((record): Write => ({ type: 'key', record, expectedRevision: 0 })), ...accounts],
    activity: records.map((record) =>
      activityEntry(
        newId(),
        now,
        actor,
        'key.imported',
        { type: 'key', id: record.id },
        { before: null, after: firstFacts(keyFacts(record, now)) },
      ),
    ),
    announcements: records.map(({ id }) => ({ type: 'key', id }) as const),
  }
  const result = await acting.commit(actor, change).catch(async (error: unknown) => {
    // All or nothing: one of them stands for all, where the answer was lost.
    const [first] = records
    if (first !== undefined && (await reading.isKeyStored(first))) return { ok: true } as const
    throw error
  })
  if (!result.ok) return false
  for (const record of records) events.key('key.imported', actor, keyFromRecord(record, rules.policy, now))
  return true
}

function recordOf(
  hashing: Pick<Hashing, 'protectDigest'>,
  { workspaceId, type, id }: Actor,
  entry: CheckedEntry,
  now: number,
): KeyRecord {
  const { digest, hint, createdAt, ...rest } = entry
  return {
    ...rest,
    workspaceId,
    revision: 1,
    description: null,
    createdBy: { type, id },
    secrets: [{ version: 1, hint, ...hashing.protectDigest(digest), createdAt, endsAt: null, imported: true }],
    createdAt,
    updatedAt: now,
    disabledAt: null,
    revokedAt: null,
    revokedReason: null,
    ownerGoneAt: null,
    ...unrestricted,
  }
}

function imported({ index, entry }: ListedEntry): ImportResult {
  return { index, ok: true, outcome: 'imported', id: entry.id, upgraded: false }
}

function present({ index, entry }: ListedEntry, { secrets }: KeyRecord): ImportResult {
  const upgraded = !secrets.some(({ hash }) => isImportedHash(hash))
  return { index, ok: true, outcome: 'present', id: entry.id, upgraded }
}

/** An entry that is not imported. */
export function refusal({ index }: ListedEntry, error: AnyClavigerError): ImportResult {
  return { index, ok: false, outcome: 'refused', error }
}

function takenElsewhere(): ConflictError {
  return new ConflictError('The token of this entry belongs to a key that this workspace cannot reach.')
}
