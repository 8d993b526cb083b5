/**
 * Waits for an answer, at most so long; without a limit, as long as it takes.
 *
 * @throws Error when it does not come in time
 */
export async function inTime<T>(timeoutMs: number | undefined, awaited: string, answer: Promise<T>): Promise<T> {
  if (timeoutMs === undefined) return answer
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${awaited} did not come within ${timeoutMs} ms.`)), timeoutMs)
  })
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer))
}
