import { messageOf, stackOf } from '../errors/error-text.ts'
import { isClavigerError } from '../errors/errors.ts'
import { hearFrom } from '../input/host-code.ts'
import type { Clock } from '../runtime/clock.ts'
import { channels, publish } from './diagnostics.ts'

/** A failure that no caller waits for, or whose caller may not be told why: a client gets 503 and no reason. */
export interface Fault {
  /** What was thrown. An `UnavailableError` carries what the driver or your function said as its `cause`. */
  readonly error: unknown
  /** What Claviger was doing: `verify`, `poll`, `subscribe`, `usage`, `purge`, `rehash`, `onEvent`, ... */
  readonly during: string
}

/** Tells the host of a fault. Does no I/O and never throws. */
export type ReportFault = (error: unknown, during: string, more?: object) => void

/** Publishes a fault on `claviger:error` only. */
export const publishFault: ReportFault = (error, during, more) =>
  publish(channels.error, () => ({ error, during, ...more }))

const pauseMs = 60_000
// More causes than this in a minute are one outage, or one cause whose text differs each time: no one reads them all.
const maxCauses = 10
const maxTextLength = 2_000
// Far more than is shown, so that no token is cut before it is masked.
const maxMaskedLength = 20_000

/**
 * Makes a keyring's reporter. Every fault goes to the channel `claviger:error` and to `onError`. A host that listens to
 * neither reads a process warning, once per cause and minute and of ten causes a minute at most: a server whose every
 * answer is 503 must say why, but never more often than someone can read.
 *
 * @param redact blots tokens out of warnings
 */
export function createFaults(
  onError: ((fault: Fault) => void | Promise<void>) | undefined,
  redact: (text: string) => string,
  clock: Clock,
): ReportFault {
  const warnedAt = new Map<string, number>()

  // Masked first: half a token is one, too.
  const shown = (text: string): string => redact(text.slice(0, maxMaskedLength)).slice(0, maxTextLength)

  const warn = (error: unknown, during: string): void => {
    const text = shown(`${during} failed: ${messageOf(error)}`)
    const now = clock.monotonic()
    for (const [cause, at] of warnedAt) if (now - at >= pauseMs) warnedAt.delete(cause)
    // Ids, ports and times in a text make no new cause.
    const cause = text.replaceAll(/\d+/g, '0')
    if (warnedAt.has(cause) || warnedAt.size >= maxCauses) return
    warnedAt.set(cause, now)
    process.emitWarning(`${text} ${consequenceOf(error)}`, {
      type: 'ClavigerWarning',
      code: 'CLAVIGER_FAULT',
      detail: `${shown(stackOf(error))}\n${advice}`,
    })
  }

  return (error, during, more) => {
    publishFault(error, during, more)
    try {
      if (onError === undefined) {
        if (!channels.error.hasSubscribers) warn(error, during)
      } else {
        // There is no one left to report this error to.
        hearFrom(
          () => onError({ error, during }),
          () => {},
        )
      }
    } catch {
      // Reporting a fault must not cause one.
    }
  }
}

const advice =
  'Shown once a minute for each cause, for ten causes at most. Pass onError to createKeyring, or subscribe to the diagnostics channel ' +
  'claviger:error, to be told every time and to end these warnings.'

function consequenceOf(error: unknown): string {
  const dependency: unknown = isClavigerError(error) && 'dependency' in error ? error.dependency : undefined
  return dependency === undefined ? '' : (consequences.get(dependency) ?? '')
}

const consequences: ReadonlyMap<unknown, string> = new Map([
  ['store', 'Keys that are not in memory are answered with 503 until the store works.'],
  ['owner', 'Keys of this owner are answered with 503 until its permissions can be read.'],
  ['hasher', 'Keys that must be hashed are answered with 503.'],
])
