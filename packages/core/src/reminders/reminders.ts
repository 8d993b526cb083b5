import type { BoundedStore } from '../bounds/bounded-store.types.ts'
import { ClosedError, ConfigurationError } from '../errors/errors.ts'
import { flag, optionalFunction, parseOptions } from '../input/parse-options.ts'
import type { KeyReminder } from '../keys/changes/events.ts'
import type { KeyPolicy } from '../keys/shapes/policy.ts'
import { publishFault, type ReportFault } from '../reporting/faults.ts'
import type { Clock } from '../runtime/clock.ts'
import { createPauses } from '../runtime/pauses.ts'
import { parseSignal } from '../watch/parse-signal.ts'
import type { Commits } from '../writing/commits.ts'
import { createDelivery, deliverDry, type ReminderHandler } from './deliver.ts'
import type { ReminderTimes } from './reminder-times.ts'
import { type RemindResult, runReminders } from './run.ts'

/** Options of `remind`. */
export interface RemindOptions {
  /** Whom this run tells, in place of the keyring's `onEvent`. It rejects when it could not deliver. */
  readonly onEvent?: ((event: KeyReminder) => void | Promise<void>) | undefined
  /** Tells the `onEvent` of this call what is due, and notes nothing: all of it stays due. Default false. */
  readonly dryRun?: boolean | undefined
  /** Ends the run when it aborts: `remind` rejects with its reason. What was sent stays sent. */
  readonly signal?: AbortSignal | undefined
}

/** Reminds of keys that need a look. */
export interface Reminders {
  /** Looks by itself from now on, a while after the start and then again and again, if someone is there to tell. */
  start(): void
  /** Looks now. @throws {NotSupportedError} @throws {UnavailableError} @throws {ClosedError} when it is stopped before */
  remind(options: RemindOptions | undefined): Promise<RemindResult>
  /** Ends a run, after the reminders that are on their way. */
  stop(): void
}

/** What they are made of. */
export interface ReminderParts {
  readonly store: Pick<BoundedStore, 'due' | 'commitLocked'>
  readonly commits: Pick<Commits, 'commitLocked'>
  /** The host's `onEvent`, if there is one. */
  readonly onEvent: ReminderHandler | undefined
  readonly times: ReminderTimes
  readonly policy: KeyPolicy
  readonly clock: Clock
  /** Gives numbers from 0 to 1, so that processes started together do not look together. */
  readonly random: () => number
  readonly report?: ReportFault
}

const optionNames: readonly (keyof RemindOptions)[] = ['onEvent', 'dryRun', 'signal']

/** Makes the reminders of a keyring. */
export function createReminders(parts: ReminderParts): Reminders {
  const { store, commits, onEvent, times, policy, clock, random, report = publishFault } = parts
  const pauses = createPauses(clock)
  const isLocking = store.commitLocked !== undefined
  const deliver = createDelivery({ commits, isLocking, policy, clock, report })
  let cancel = (): void => {}
  let isStopped = false

  const run = (handler: ReminderHandler, isDry: boolean, signal: AbortSignal | undefined): Promise<RemindResult> =>
    runReminders({
      store,
      times,
      policy,
      clock,
      pauses,
      requireRunning() {
        if (isStopped) throw new ClosedError()
        signal?.throwIfAborted()
      },
      deliver: (reminder, record) =>
        isDry ? deliverDry({ policy, clock }, handler, reminder, record) : deliver(handler, reminder, record),
    })

  const plan = (handler: ReminderHandler): void => {
    if (isStopped) return
    cancel = clock.schedule(Math.round(times.everyMs * (0.75 + random() / 2)), () => {
      void run(handler, false, undefined)
        .catch((error: unknown) => {
          if (!isStopped) report(error, 'remind')
        })
        .then(() => plan(handler))
    })
  }

  return {
    start() {
      const isPossible = store.due !== undefined && times.everyMs !== Number.POSITIVE_INFINITY
      if (onEvent !== undefined && isPossible) plan(onEvent)
    },
    async remind(given) {
      const options = parseOptions<RemindOptions>('remind', given, optionNames)
      const own = optionalFunction('onEvent', options.onEvent)
      const isDry = flag('dryRun', options.dryRun)
      const handler = isDry ? own : (own ?? onEvent)
      if (handler === undefined) {
        throw new ConfigurationError(
          'onEvent',
          isDry
            ? 'A dry run tells no one but the onEvent of its call. Write remind({ dryRun: true, onEvent: (event) => ... }).'
            : 'There is no one to remind. Pass onEvent to createKeyring, or to this call.',
        )
      }
      return run(handler, isDry, parseSignal(options.signal))
    },
    stop() {
      isStopped = true
      cancel()
      pauses.end()
    },
  }
}
