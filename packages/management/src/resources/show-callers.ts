import type { KeyCaller } from '@claviger/core'

/** Who used a secret of a key. */
export interface CallerResource {
  /** The secret version: 1 for the first. */
  readonly version: number
  /** The network of the caller, such as `10.2.0.0/16`; null where its address is not known. */
  readonly network: string | null
  /** The program as it names itself, such as `node`; null where it does not. */
  readonly agent: string | null
  /** The latest use, accepted or refused. */
  readonly lastUsedAt: string
}

/** Who used one key. */
export interface KeyCallersResource {
  readonly object: 'keyCallers'
  readonly keyId: string
  /** Whether this server keeps callers. What was stored before is given either way. */
  readonly kept: boolean
  /** The latest first. */
  readonly data: readonly CallerResource[]
}

/** Who used one key, as it is sent. Pure. */
export function showKeyCallers(keyId: string, kept: boolean, callers: readonly KeyCaller[]): KeyCallersResource {
  const data = callers.map(({ version, network, agent, lastUsedAt }) => ({
    version,
    network,
    agent,
    lastUsedAt: lastUsedAt.toISOString(),
  }))
  return { object: 'keyCallers', keyId, kept, data }
}
