import type { Clock } from '../clock.ts'
import { channels, publish } from '../diagnostics.ts'
import { publishFault, type ReportFault } from '../faults.ts'
import type { KeyStore, Subscription } from '../store/store.ts'

/** The subscription to a store's bus, kept up. Every failure is only a loss of speed: the poll tells the same. */
export interface Bus {
  /** Subscribes unless it is subscribed or under way. Resolves when it is, or after `patienceMs`; never rejects. */
  listen(): Promise<void>
  stop(): Promise<void>
}

/** What happens on the bus. */
export interface BusHandlers {
  hear(message: unknown): void
  /** The bus is back: messages may have been missed. */
  back(): void
}

/** Makes a bus that is not subscribed yet. A subscription that takes longer than `patienceMs` is given up. */
export function createBus(
  store: KeyStore,
  handlers: BusHandlers,
  clock: Clock,
  patienceMs: number,
  report: ReportFault = publishFault,
): Bus {
  let subscription: Subscription | undefined
  let attempt = 0
  let underWay: Promise<void> | undefined
  let stopped = false

  const subscribe = async (number: number): Promise<void> => {
    try {
      const started = await store.subscribe?.({
        message: handlers.hear,
        down: (reason) => publish(channels.bus, () => ({ state: 'down', reason })),
        up() {
          publish(channels.bus, () => ({ state: 'up' }))
          handlers.back()
        },
      })
      if (stopped || number !== attempt) await started?.close()
      else {
        subscription = started
        publish(channels.bus, () => ({ state: 'up' }))
      }
    } catch (error) {
      report(error, 'subscribe')
    }
  }

  const listenOnce = (): Promise<void> =>
    new Promise((resolve) => {
      attempt += 1
      const giveUp = clock.schedule(patienceMs, () => {
        attempt += 1
        resolve()
      })
      void subscribe(attempt).then(() => {
        giveUp()
        resolve()
      })
    })

  return {
    async listen() {
      if (store.subscribe === undefined || subscription !== undefined || stopped) return
      underWay ??= listenOnce().finally(() => {
        underWay = undefined
      })
      await underWay
    },
    async stop() {
      stopped = true
      await subscription?.close()
    },
  }
}
