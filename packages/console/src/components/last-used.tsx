import type { KeyCaller, ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { refusedSince } from '../reading/callers-by-secret.ts'
import type { Visit } from '../visit/visit.types.ts'
import { Time } from './time.tsx'

// That an owner left is found out by a request, which is counted a moment before the key is marked.
const foundOutMs = 60_000

/** Whether a key was tried after it began to be refused. A request before that was a use. */
export function wasTried(key: ManagedKey, lastAt: Date | null = key.lastUsedAt): boolean {
  const since = refusedSince(key)
  if (since === undefined || lastAt === null) return false
  const isFoundOut = key.status === 'active' || key.status === 'rotating'
  return lastAt.getTime() >= since.getTime() - (isFoundOut ? foundOutMs : 0)
}

/** What `LastUsed` says, as the label of a card. */
export function lastUsedLabel(key: ManagedKey): string {
  return wasTried(key) ? 'Last tried' : 'Last used'
}

/** When a key was last used, in a list; or last tried, where that was after it stopped. */
export const LastUsed: FC<{ readonly of: ManagedKey; readonly format: Visit['format'] }> = ({ of: key, format }) => (
  <>
    {wasTried(key) && <span class="muted tried">Last tried </span>}
    <Time at={key.lastUsedAt} format={format} />
  </>
)

/** When a key that is refused came last with a request, as far as is known; of one that works, when it was used. */
export function lastSeen(key: ManagedKey, callers: readonly KeyCaller[]): Date | null {
  if (refusedSince(key) === undefined) return key.lastUsedAt
  const all = [key.lastUsedAt, ...callers.map((caller) => caller.lastUsedAt)].filter((at) => at !== null)
  return all.reduce<Date | null>((latest, at) => (latest === null || at > latest ? at : latest), null)
}

/** How a key stopped, as in "before it was revoked". */
export function stoppedText({ status }: Pick<ManagedKey, 'status'>): string {
  if (status === 'revoked' || status === 'disabled') return `it was ${status}`
  return status === 'expired' ? 'it expired' : 'its owner was found gone'
}
