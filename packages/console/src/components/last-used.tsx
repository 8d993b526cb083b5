import type { ManagedKey } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Visit } from '../visit/visit.types.ts'
import { isAlive } from './key-menu.tsx'
import { Time } from './time.tsx'

/** Whether every request with a key is refused: then it was tried, and not used. */
export function isRefused(key: ManagedKey): boolean {
  return !isAlive(key) || key.status === 'disabled' || key.ownerGoneAt !== null || key.attention.includes('ownerGone')
}

/** What `LastUsed` says, as the label of a card. */
export function lastUsedLabel(key: ManagedKey): string {
  return isRefused(key) && key.lastUsedAt !== null ? 'Last tried' : 'Last used'
}

/** When a key was last used, in a list; or last tried, where it does not work. */
export const LastUsed: FC<{ readonly of: ManagedKey; readonly format: Visit['format'] }> = ({ of: key, format }) => (
  <>
    {isRefused(key) && key.lastUsedAt !== null && <span class="muted tried">Last tried </span>}
    <Time at={key.lastUsedAt} format={format} />
  </>
)
