import type { ClientClock } from '../runtime.ts'

const longestBody = 64 * 1024
const longestReadMs = 10_000

/** The body of a refusal as text, or an empty one where it is too long, takes too long or breaks off. Never rejects. */
export async function boundedText(response: Response, clock: ClientClock): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  const giveUp = (): void => void reader.cancel().catch(() => undefined)
  const cancel = clock.schedule(longestReadMs, giveUp)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      length += value.byteLength
      if (length > longestBody) break
      text += decoder.decode(value, { stream: true })
    }
    giveUp()
  } catch {
    // The status says enough.
  } finally {
    cancel()
  }
  return ''
}

/** Lets the connection go that a body without a reader would hold. Never rejects. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}
