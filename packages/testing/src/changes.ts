import type { Change, KeyRecord, UsageEntry, Write } from '@claviger/core/store'
import { testKeyId } from './records.ts'

let nonces = 0

/**
 * A change for `commit`, of nothing unless told what. Its nonce is unlike every other's; it is made now.
 *
 * @example
 * await store.commit(testChange({ writes: [insertKey(testRecord())] }))
 */
export function testChange(overrides: Partial<Change> = {}): Change {
  nonces += 1
  const nonce = `nonce-${nonces}`
  return { writes: [], activity: [], announcements: [], nonce, at: Date.now(), silent: false, ...overrides }
}

/** A write that stores a key which is not there yet. */
export function insertKey(record: KeyRecord): Write {
  return { type: 'key', record, expectedRevision: 0 }
}

/** A write that changes a stored key and counts its revision up. */
export function updateKey(stored: KeyRecord, patch: Partial<KeyRecord> = {}): Write {
  return {
    type: 'key',
    record: { ...stored, ...patch, revision: stored.revision + 1 },
    expectedRevision: stored.revision,
  }
}

/** An entry of a usage batch: one accepted request of `testKeyId(1)`, in the first hour of 2025, unless told otherwise. */
export function testUsageEntry(overrides: Partial<UsageEntry> = {}): UsageEntry {
  return {
    workspaceId: 'ws_acme',
    keyId: testKeyId(1),
    version: 1,
    hour: Date.UTC(2025, 0, 1),
    requests: 1,
    allowed: 1,
    denied: {},
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: Date.UTC(2025, 0, 1),
    ...overrides,
  }
}
