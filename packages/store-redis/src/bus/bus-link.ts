import { after, soon } from '@claviger/core/store'
import type { RedisConnection } from '../client/client.ts'

/** A connection that has subscribed. */
export interface BusLink {
  close(): void
}

/** What a link tells, once it has subscribed. */
export interface BusLinkListener {
  message(message: string): void
  /** Told once, and not after `close()`. The link is closed then. */
  lost(reason: string): void
}

/** How long things may take, in milliseconds. */
export interface BusTimes {
  /** Until connected and subscribed. */
  readonly connectMs: number
  /** Between two pings, and for the answer to one. */
  readonly pingMs: number
}

/**
 * Subscribes on a fresh connection, and pings it as long as it lives: a connection can be dead and say it is ready.
 *
 * @throws when the subscription was not acknowledged in time; the connection is closed then
 */
export async function openBusLink(
  connection: RedisConnection,
  channel: string,
  listener: BusLinkListener,
  times: BusTimes,
): Promise<BusLink> {
  let state: 'opening' | 'open' | 'closed' = 'opening'
  let cancelPing = (): void => {}

  const close = (): void => {
    state = 'closed'
    cancelPing()
    connection.disconnect()
  }
  const lose = (reason: string): void => {
    if (state !== 'open') return
    close()
    listener.lost(reason)
  }
  const ping = (): void => {
    cancelPing = after(times.pingMs, () => {
      answered(connection.call('ping'), times.pingMs).then(
        () => {
          if (state === 'open') ping()
        },
        () => lose('no answer to a ping'),
      )
    })
  }

  // An error without a listener would end the process; what matters of it shows in the calls below.
  connection.on('error', () => {})
  connection.on('end', () => lose('connection lost'))
  connection.on('message', (_, message) => {
    if (state === 'open') listener.message(message)
  })
  try {
    const subscribed = connection
      .connect()
      .then(() => connection.subscribe(channel))
      .then(() => connection.call('ping'))
    await answered(subscribed, times.connectMs)
  } catch (error) {
    close()
    throw error
  }
  state = 'open'
  ping()
  return { close }
}

function answered(call: Promise<unknown>, deadlineMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // After a pause of this process the deadline comes first, though the answer may be there: read before judging.
    const cancel = after(deadlineMs, () => soon(() => reject(new Error('no answer in time'))))
    call.finally(cancel).then(resolve, reject)
  })
}
