import { soon } from '@claviger/core/store'
/** Lets the event loop turn: a synchronous driver answers within the turn it is asked in, and everything else waits. */
export function nextTurn(): Promise<void> {
  return new Promise(soon)
}
