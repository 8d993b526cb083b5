import { type Channel, channel } from 'node:diagnostics_channel'

/**
 * The `node:diagnostics_channel` channels Claviger publishes on. Messages never hold a token or a hash.
 * Without a subscriber a message costs one check of a flag.
 */
export const channels: Readonly<
  Record<'verify' | 'denied' | 'credentialInUrl' | 'lease' | 'bus' | 'flush' | 'corrupt' | 'usage' | 'error', Channel>
> = Object.freeze({
  /** `{ ok, code?, keyId? }` for every verification that asked the store. */
  verify: channel('claviger:verify'),
  /** `{ code, status, keyId? }` for every refused HTTP request. */
  denied: channel('claviger:denied'),
  /** `{ hint }` when a URL carries what looks like a token of this keyring. The token is not used. */
  credentialInUrl: channel('claviger:credential_in_url'),
  /** `{ alive, storeId? }` when this process loses or regains touch with the store. */
  lease: channel('claviger:lease'),
  /** `{ state, reason? }` when the bus goes up or down. */
  bus: channel('claviger:bus'),
  /** `{ reason }` when every cached record is dropped. */
  flush: channel('claviger:flush'),
  /** `{ keyId?, serviceAccountId?, field? }` for a stored row that cannot be trusted, or that vanished (`record`). */
  corrupt: channel('claviger:corrupt'),
  /**
   * `{ flushed, pending, dropped }` after every attempt to store counts: requests stored by it, requests that wait for
   * the next one, and requests that are lost since the last message (no room, or the keyring was closed).
   */
  usage: channel('claviger:usage'),
  /** `{ error, during }` for a failure that no caller waits for. */
  error: channel('claviger:error'),
})

/** Publishes, if there is a subscriber; the message is created only then. */
export function publish(to: Channel, message: () => object): void {
  if (to.hasSubscribers) to.publish(message())
}
