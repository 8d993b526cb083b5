import { pause } from '@claviger/core/store'
/** Waits a few milliseconds, not always the same: for a record that someone else has claimed. */
export async function shortPause(): Promise<void> {
  await pause(1 + Math.random() * 8)
}
