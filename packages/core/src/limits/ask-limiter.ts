import { isThenable } from '../input/thenable.ts'
import type { LimitResult } from './limiter.types.ts'
import type { Clock } from '../runtime/clock.ts'

/** A limiter of a host's own may wait for something that never answers. Those of `@claviger/limits` take less. */
const patienceMs = 1_000

/**
 * Asks a limiter, but not longer than a second. Undefined, and `failed` is told, when it throws, is late or answers something else.
 *
 * @param failed must not throw
 */
export function askLimiter(
  clock: Clock,
  ask: () => LimitResult | Promise<LimitResult>,
  failed: (error: unknown) => void,
): LimitResult | undefined | Promise<LimitResult | undefined> {
  const checked = (result: LimitResult): LimitResult | undefined => {
    if (isResult(result)) return result
    failed(new TypeError('Expected the limiter to say isAllowed, remaining and resetMs.'))
    return undefined
  }
  try {
    const answer = ask()
    if (!isThenable(answer)) return checked(answer)
    return new Promise((resolve) => {
      const cancel = clock.schedule(patienceMs, () => {
        failed(new Error(`The limiter did not answer within ${patienceMs} ms.`))
        resolve(undefined)
      })
      const settle = (result: LimitResult | undefined): void => {
        cancel()
        resolve(result)
      }
      Promise.resolve(answer).then(
        (result) => settle(checked(result)),
        (error: unknown) => {
          failed(error)
          settle(undefined)
        },
      )
    })
  } catch (error) {
    failed(error)
    return undefined
  }
}

function isResult(result: unknown): result is LimitResult {
  const { isAllowed, remaining, resetMs } = Object(result) as Record<keyof LimitResult, unknown>
  return typeof isAllowed === 'boolean' && isCount(remaining) && isCount(resetMs)
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY
}
