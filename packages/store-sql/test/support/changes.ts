import type { Change, KeyRecord, Write } from '@claviger/core/store'

let nonces = 0

/** A change; its nonce is unlike every other's. */
export function change(overrides: Partial<Change> = {}): Change {
  nonces += 1
  return { writes: [], activity: [], announcements: [], nonce: `nonce-${nonces}`, at: 1, silent: false, ...overrides }
}

export function insert(record: KeyRecord): Write {
  return { type: 'key', record, expectedRevision: 0 }
}

export function update(stored: KeyRecord, patch: Partial<KeyRecord> = {}): Write {
  return {
    type: 'key',
    record: { ...stored, ...patch, revision: stored.revision + 1 },
    expectedRevision: stored.revision,
  }
}
