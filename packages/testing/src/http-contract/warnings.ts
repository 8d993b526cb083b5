import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setImmediate } from 'node:timers/promises'

type Warning = Error & { readonly code?: string; readonly detail?: string }

const ours = 'ClavigerWarning'

/** What a host would have noticed besides the responses. */
export interface Heard {
  /** The codes of the process warnings of Claviger. */
  readonly warnings: readonly string[]
  /** Everything these warnings print. */
  readonly printed: readonly string[]
  /** What was published on `claviger:error`. */
  readonly errors: readonly unknown[]
  /** What was published on `claviger:denied`. */
  readonly denied: readonly unknown[]
}

/** Listens while the body runs. */
export async function listening(body: () => Promise<void>): Promise<Heard> {
  const warnings: string[] = []
  const printed: string[] = []
  const errors: unknown[] = []
  const denied: unknown[] = []
  const onWarning = (warning: Warning): void => {
    if (warning.name !== ours) return
    warnings.push(warning.code ?? '')
    printed.push(warning.message, warning.stack ?? '', warning.detail ?? '')
  }
  const onError = (message: unknown): void => void errors.push((message as { error: unknown }).error)
  const onDenied = (message: unknown): void => void denied.push(message)
  process.on('warning', onWarning)
  subscribe('claviger:error', onError)
  subscribe('claviger:denied', onDenied)
  try {
    await body()
    // Warnings are emitted a tick later.
    await setImmediate()
  } finally {
    process.off('warning', onWarning)
    unsubscribe('claviger:error', onError)
    unsubscribe('claviger:denied', onDenied)
  }
  return { warnings, printed, errors, denied }
}

/** Keeps our own warnings, which the tests provoke, off the screen while the body runs. */
export async function quietly(body: () => Promise<void>): Promise<void> {
  const listeners = process.listeners('warning')
  const others = (warning: Warning): void => {
    if (warning.name !== ours) for (const listener of listeners) listener(warning)
  }
  for (const listener of listeners) process.off('warning', listener)
  process.on('warning', others)
  try {
    await body()
    await setImmediate()
  } finally {
    process.off('warning', others)
    for (const listener of listeners) process.on('warning', listener)
  }
}
