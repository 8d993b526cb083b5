import type { KeyRecord, KeyStore, LockedRecord } from '@claviger/core/store'
import { assert } from '../assert.ts'

/** The key that was locked. */
export function keyIn(found: LockedRecord | undefined): KeyRecord {
  assert.ok(found !== undefined && found !== null && found !== 'corrupt' && 'secrets' in found, 'expected a key')
  return found
}

/** The operation of another handle of the same store. */
export function lockedOf(store: KeyStore): NonNullable<KeyStore['commitLocked']> {
  assert.ok(store.commitLocked !== undefined, 'expected the other handle to lock as well')
  return store.commitLocked.bind(store)
}
