import { channel } from 'node:diagnostics_channel'
import type { Clock } from '@claviger/core'
import type { LimiterEvent, SharedSettings } from './shared-options.ts'

/** Whether the store behind a limiter answers. */
export interface Availability {
  readonly isAway: boolean
  /** Runs one question, for as long as it may take. What comes later is dropped. */
  ask<Answer>(question: () => Promise<Answer>): Promise<Answer>
}

const events = channel('claviger:limiter')

/**
 * Follows whether a store answers. After one failure it counts as away, and is asked only by a probe, every now and then and
 * off the path of requests, until that is answered.
 */
export function createAvailability(
  { timeoutMs, retryMs, clock, onEvent }: Pick<SharedSettings, 'timeoutMs' | 'retryMs' | 'clock' | 'onEvent'>,
  probe: () => Promise<unknown>,
): Availability {
  let isAway = false
  let hasWarned = false

  const tell = (event: LimiterEvent): void => {
    if (events.hasSubscribers) events.publish(event)
    try {
      onEvent?.(event)
    } catch {
      // The host's own: it must not stop requests.
    }
  }
  const warn = (error: unknown): void => {
    if (hasWarned) return
    hasWarned = true
    process.emitWarning(
      `The store of a limiter does not answer (${reasonOf(error)}); limits are decided in memory until it does. Shown once; ` +
        'every time on the diagnostics channel claviger:limiter.',
      { type: 'ClavigerWarning', code: 'CLAVIGER_LIMITER_AWAY' },
    )
  }
  const tryAgain = (): void => {
    clock.schedule(retryMs, () => {
      bounded(clock, timeoutMs, probe).then(() => {
        isAway = false
        tell({ type: 'limiter.back' })
      }, tryAgain)
    })
  }

  return {
    get isAway() {
      return isAway
    },
    async ask(question) {
      try {
        return await bounded(clock, timeoutMs, question)
      } catch (error) {
        if (!isAway) {
          isAway = true
          warn(error)
          tell({ type: 'limiter.away', error })
          tryAgain()
        }
        throw error
      }
    },
  }
}

function bounded<Answer>(clock: Clock, ms: number, question: () => Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(ms, () => reject(new Error(`no answer within ${ms} ms`)))
    Promise.resolve().then(question).then(resolve, reject).finally(cancel)
  })
}

/** Codes of drivers, and not their texts, which may hold addresses. */
function reasonOf(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}
