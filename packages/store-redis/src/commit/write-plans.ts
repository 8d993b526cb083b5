import {
  encodeKeyRecord,
  encodeServiceAccount,
  type IdempotencyRecord,
  idempotencyId,
  type KeyRecord,
  type ServiceAccountRecord,
  type Write,
} from '@claviger/core/store'
import { difference, idempotencyEntries, keyEntries, serviceAccountEntries } from '../indexes/entries.ts'
import type { Operation } from '../indexes/operation.ts'
import type { KeyNames } from '../names.ts'
import { readIdempotency, readKey, readServiceAccount, type Texts } from '../records.ts'

/** What one write reads, and what it does to what it read. */
export interface WritePlan {
  readonly write: Write
  /** Names of the record and of what belongs to it. */
  readonly reads: readonly string[]
  /** The queue of claims on the record; undefined where no one claims. */
  readonly queue: string | undefined
  /** Whether it only takes trust away from something stored. */
  readonly onlyRevokes: boolean
  current(texts: Texts): KeyRecord | ServiceAccountRecord | IdempotencyRecord | 'corrupt' | null
  /** For a write that was judged: only then is what is stored readable. */
  operations(texts: Texts): readonly Operation[]
  /** Names of what must not have changed for the operations to be right. */
  depends(texts: Texts): readonly string[]
}

export function planOf(names: KeyNames, write: Write): WritePlan {
  switch (write.type) {
    case 'key':
      return keyPlan(names, write)
    case 'serviceAccount':
      return serviceAccountPlan(names, write)
    case 'idempotency':
      return idempotencyPlan(names, write)
  }
}

type Of<Type extends Write['type']> = Extract<Write, { type: Type }>

function keyPlan(names: KeyNames, write: Of<'key'>): WritePlan {
  const { record, expectedRevision } = write
  const [text, lastUsed] = [names.key(record.id), names.lastUsed(record.id)]
  const current = (texts: Texts): KeyRecord | 'corrupt' | null =>
    readKey(texts.get(text) ?? null, texts.get(lastUsed) ?? null)
  const before = (texts: Texts): KeyRecord | null => readable(current(texts))

  return {
    write,
    reads: [text, lastUsed],
    queue: names.claims(text),
    onlyRevokes: expectedRevision > 0 && record.revokedAt !== null,
    current,
    operations(texts) {
      const stored = before(texts)
      // A new key may bring its last use along; of one that is there, only `addUsage` knows it.
      const lastUsedAt = stored === null ? record.lastUsedAt : stored.lastUsedAt
      const entriesBefore = stored === null ? [] : keyEntries(names, stored)
      return [
        ...difference(entriesBefore, keyEntries(names, { ...record, lastUsedAt })),
        { type: 'SET', key: text, text: encodeKeyRecord({ ...record, lastUsedAt: null }) },
        ...(stored === null && lastUsedAt !== null
          ? [{ type: 'SET', key: lastUsed, text: String(lastUsedAt) } as const]
          : []),
      ]
    },
    depends(texts) {
      // A use in between may change the other text, which matters only where the key moves within the listings.
      const moves = before(texts)?.createdAt !== record.createdAt
      return moves ? [text, lastUsed] : [text]
    },
  }
}

function serviceAccountPlan(names: KeyNames, write: Of<'serviceAccount'>): WritePlan {
  const { record, expectedRevision } = write
  const text = names.serviceAccount(record.id)
  const current = (texts: Texts): ServiceAccountRecord | 'corrupt' | null => readServiceAccount(texts.get(text) ?? null)

  return {
    write,
    reads: [text],
    queue: names.claims(text),
    onlyRevokes: expectedRevision > 0 && record.deletedAt !== null,
    current,
    operations(texts) {
      const stored = readable(current(texts))
      const entriesBefore = stored === null ? [] : serviceAccountEntries(names, stored)
      return [
        ...difference(entriesBefore, serviceAccountEntries(names, record)),
        { type: 'SET', key: text, text: encodeServiceAccount(record) },
      ]
    },
    depends: () => [text],
  }
}

function idempotencyPlan(names: KeyNames, write: Of<'idempotency'>): WritePlan {
  const { record } = write
  const text = names.idempotency(idempotencyId(record))

  return {
    write,
    reads: [text],
    queue: undefined,
    onlyRevokes: false,
    current: (texts) => readIdempotency(texts.get(text) ?? null),
    operations: () => [
      ...difference([], idempotencyEntries(names, record)),
      { type: 'SET', key: text, text: JSON.stringify(record) },
    ],
    depends: () => [text],
  }
}

function readable<T>(stored: T | 'corrupt' | null): T | null {
  return stored === 'corrupt' ? null : stored
}
