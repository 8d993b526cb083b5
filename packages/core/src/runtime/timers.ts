import * as timers from 'node:timers'

/*
 * Tests put other timers in the place of the real ones (vitest, Jest and sinon do, for a while), and those stand still
 * until they are told to move. A store that is read "at the end of the tick" would be waited for without end, and what
 * was begun under them would hang forever once they are gone. So the real ones are taken when this module loads; where
 * they are replaced already, the platform has others that tests do not replace.
 */
const real = {
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setImmediate: timers.setImmediate,
  now: performance.now.bind(performance),
}
const isReplaced = [real.setTimeout, real.clearTimeout, real.setImmediate].some(isFake)

/**
 * Runs a task once after a delay, whatever a test has put in the place of the timers; the returned function cancels it.
 * Does not keep the process alive.
 */
export const after: (delayMs: number, task: () => void) => () => void = isReplaced ? afterSignal : afterTimeout

/** Resolves after a delay, and keeps the process alive until then where the timers are not replaced. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => void (isReplaced ? after(delayMs, resolve) : real.setTimeout(resolve, delayMs)))
}

/** Runs a task in the next turn of the event loop, whatever a test has put in the place of `setImmediate`. */
export const soon: (task: () => void) => void = isReplaced ? soonByPort() : (task) => void real.setImmediate(task)

/** Milliseconds from an arbitrary start; never goes back. */
export const monotonicMs: () => number = isReplaced ? () => new Event('now').timeStamp : real.now

function afterTimeout(delayMs: number, task: () => void): () => void {
  const timer = real.setTimeout(task, delayMs)
  timer.unref()
  return () => real.clearTimeout(timer)
}

function afterSignal(delayMs: number, task: () => void): () => void {
  const signal = AbortSignal.timeout(Math.max(0, Math.round(delayMs)))
  signal.addEventListener('abort', task, { once: true })
  return () => signal.removeEventListener('abort', task)
}

function soonByPort(): (task: () => void) => void {
  const { port1: sending, port2: receiving } = new MessageChannel()
  const waiting: (() => void)[] = []
  // Keeps the process alive only while a caller waits.
  receiving.on('message', () => {
    if (waiting.length === 1) receiving.unref()
    waiting.shift()?.()
  })
  receiving.unref()
  sending.unref()
  return (task) => {
    if (waiting.push(task) === 1) receiving.ref()
    sending.postMessage(null, [])
  }
}

/** Fakes of sinon, and so of vitest and Jest, carry their clock; those of `node:test` are bound methods. */
function isFake(timer: object): boolean {
  return (
    'clock' in timer ||
    '_isMockFunction' in timer ||
    ((timer as { readonly name?: string }).name ?? '').startsWith('bound ')
  )
}
