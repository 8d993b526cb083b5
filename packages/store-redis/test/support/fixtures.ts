import type { Change, KeyRecord, UsageEntry, Write } from '@claviger/core/store'
import { testKeyId } from '@claviger/testing'
import type { RedisCommands } from '../../src/index.ts'

/** 2025-01-01T00:00:00Z. */
export const start = 1_735_689_600_000

let numbers = 0

function next(): number {
  numbers += 1
  return numbers
}

/** A namespace of its own, for one test on a server that many share. */
export function freshNamespace(): string {
  return `test-${process.pid}-${next()}`
}

export function change(overrides: Partial<Change> = {}): Change {
  return {
    writes: [],
    activity: [],
    announcements: [],
    nonce: `nonce-${next()}`,
    at: start,
    silent: false,
    ...overrides,
  }
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

export function usageEntry(overrides: Partial<UsageEntry> = {}): UsageEntry {
  return {
    workspaceId: 'ws_acme',
    keyId: testKeyId(1),
    version: 1,
    hour: start,
    requests: 1,
    allowed: 1,
    denied: {},
    clientErrors: 0,
    serverErrors: 0,
    lastUsedAt: start,
    ...overrides,
  }
}

/** Every name in a server that belongs to a namespace, sorted. Only tests may look so. */
export async function namesIn(client: RedisCommands, namespace: string): Promise<readonly string[]> {
  const names = (await client.call('KEYS', `*{${namespace}*`)) as string[]
  return names.sort()
}

/** What a rejected call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('expected the call to reject')
    },
    (error: unknown) => error,
  )
}
