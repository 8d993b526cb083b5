import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { type ClavigerError, ConfigurationError, isClavigerError } from '../errors/errors.ts'
import { channels, publish } from '../reporting/diagnostics.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Subscription } from '../store/store.ts'

/** The subscription to a store's bus, kept up. Every failure is only a loss of speed: the poll tells the same. */
export interface Bus {
  /** Subscribes unless it is subscribed or under way. Resolves when it is, or has failed; never rejects. */
  listen(): Promise<void>
  stop(): Promise<void>
  state(): BusState
  /** Why this process may not listen, or is not heard; null when nothing of it is known. */
  refusal(): string | null
}

/** `refused`: this process may not listen, or may not publish. `none`: the store has no bus. */
export type BusState = 'up' | 'down' | 'refused' | 'none'

/** What happens on the bus. */
export interface BusHandlers {
  hear(message: unknown): void
  /** The bus is back: messages may have been missed. */
  back(): void
}

// Rights change rarely: without the right to listen, once a second is too often to ask.
const refusedRetryMs = 60_000

/** Makes a bus that is not subscribed yet. */
export function createBus(
  store: Pick<BoundedStore, 'subscribe'>,
  handlers: BusHandlers,
  clock: Clock,
  report: ReportFault = publishFault,
): Bus {
  let isDown = false
  let refusal: string | null = null
  let refusedAt = Number.NEGATIVE_INFINITY
  let muteness: string | null = null
  let subscription: Subscription | undefined
  let underWay: Promise<void> | undefined
  let stopped = false

  const subscribe = async (): Promise<void> => {
    try {
      const started = await store.subscribe?.({
        message: handlers.hear,
        down(reason) {
          isDown = true
          publish(channels.bus, () => ({ state: 'down', reason }))
        },
        up() {
          isDown = false
          publish(channels.bus, () => ({ state: 'up' }))
          handlers.back()
        },
        mute(reason) {
          muteness = reason
          if (reason !== null) report(new ConfigurationError('subscriber', reason), 'publish')
          publish(channels.bus, () => (reason === null ? { state: 'up' } : { state: 'down', reason }))
        },
      })
      if (stopped) await started?.close()
      else {
        subscription = started
        refusal = null
        publish(channels.bus, () => ({ state: 'up' }))
      }
    } catch (error) {
      if (isRefusal(error)) {
        refusal = error.message
        refusedAt = clock.monotonic()
      }
      report(error, 'subscribe')
    }
  }

  return {
    async listen() {
      if (store.subscribe === undefined || subscription !== undefined || stopped) return
      if (refusal !== null && clock.monotonic() - refusedAt < refusedRetryMs) return
      underWay ??= subscribe().finally(() => {
        underWay = undefined
      })
      await underWay
    },
    async stop() {
      stopped = true
      await subscription?.close()
    },
    state() {
      if (store.subscribe === undefined) return 'none'
      if (refusal !== null || muteness !== null) return 'refused'
      return subscription === undefined || isDown ? 'down' : 'up'
    },
    refusal: () => refusal ?? muteness,
  }
}

/** A right that is missing is an option that is wrong, and not an outage that passes. */
function isRefusal(error: unknown): error is ClavigerError {
  if (!isClavigerError(error)) return false
  const { cause } = error
  return isClavigerError(cause) && cause.code === 'ERR_CLAVIGER_CONFIGURATION'
}
