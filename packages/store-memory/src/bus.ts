import type { BusListener, LoggedChange } from '@claviger/core/store'

/** A change, as listeners learn about it. */
export type ChangeMessage = LoggedChange & { readonly storeId: string }

/** Carries changes to listeners in the same process. */
export interface Bus {
  /** Starts to listen; the returned function stops it at once, also for messages already on their way. */
  listen(listener: BusListener): () => void
  /** Tells every listener, after the caller's own work is done. */
  publish(message: ChangeMessage): void
}

export function localBus(): Bus {
  const listeners = new Map<object, BusListener>()

  return {
    listen(listener) {
      const subscription = {}
      listeners.set(subscription, listener)
      return () => listeners.delete(subscription)
    },
    publish(message) {
      for (const [subscription, listener] of listeners) {
        queueMicrotask(() => {
          if (listeners.has(subscription)) deliver(listener, structuredClone(message))
        })
      }
    },
  }
}

function deliver(listener: BusListener, message: ChangeMessage): void {
  try {
    listener.message(message)
  } catch {
    // One listener's mistake must reach neither the committer nor the other listeners.
  }
}
