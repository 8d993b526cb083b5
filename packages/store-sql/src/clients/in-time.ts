import { after } from '@claviger/core/store'

/** What was waited for did not come in time. Never leaves the store. */
export class LateError extends Error {}

/**
 * Waits for an answer, at most so long; without a limit, as long as it takes.
 *
 * @throws {LateError} when it does not come in time
 */
export function inTime<T>(timeoutMs: number | undefined, awaited: string, answer: Promise<T>): Promise<T> {
  if (timeoutMs === undefined) return answer
  return new Promise((resolve, reject) => {
    const cancel = after(timeoutMs, () => reject(new LateError(`${awaited} did not come within ${timeoutMs} ms.`)))
    answer.then(
      (value) => {
        cancel()
        resolve(value)
      },
      (error: unknown) => {
        cancel()
        reject(error)
      },
    )
  })
}
