/** Time and timers. That of `@claviger/core`, and its test clock, have the same shape. */
export interface ClientClock {
  /** Wall clock: milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds from an arbitrary start. Never goes back. */
  monotonic(): number
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, task: () => void): () => void
}

/** The clocks of the machine. A timer keeps the process alive: a request waits for it. */
export const systemClock: ClientClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Waits, unless the signal aborts: then it rejects with the reason, at once. */
export async function sleep(clock: ClientClock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      cancel()
      reject(signal?.reason as Error)
    }
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/** Tells the operator: with `process.emitWarning` where there is one, else on the console. */
export function warn(message: string): void {
  const { process, console } = globalThis as {
    readonly process?: { readonly emitWarning?: (message: string, options: object) => void }
    readonly console?: { readonly warn?: (message: string) => void }
  }
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'ApiKeyWarning', code: 'API_KEY_EXPIRES' })
  } else console?.warn?.(message)
}
