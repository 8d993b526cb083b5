import type { LimitState } from '@claviger/core'

/** What is left of one limit. */
export interface LimitResource {
  readonly name: string
  readonly by: 'key' | 'owner' | 'workspace'
  /** What is allowed in one window, without a burst; null where it is not limited, or not known. */
  readonly requests: number | null
  /** The window, such as `1m` or `month`. */
  readonly per: string | null
  /** What is allowed on top, in a window of its own; null where nothing is. */
  readonly burst: { readonly requests: number; readonly per: string } | null
  /** What is left of both together; null where it is not known. */
  readonly remaining: number | null
  readonly resetsAt: string | null
  /** Why something is not known. */
  readonly note: string | null
}

/** The limits of one key. */
export interface KeyLimitsResource {
  readonly object: 'keyLimits'
  readonly keyId: string
  readonly limits: readonly LimitResource[]
}

/** The limits of one key, as they are sent. Pure. */
export function showKeyLimits(keyId: string, states: readonly LimitState[]): KeyLimitsResource {
  const limits = states.map(({ resetsAt, ...state }) => ({ ...state, resetsAt: resetsAt?.toISOString() ?? null }))
  return { object: 'keyLimits', keyId, limits }
}
