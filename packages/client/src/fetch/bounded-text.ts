const longestBody = 64 * 1024

/** The body of a refusal as text, or an empty one where it is too long or breaks off. Never rejects. */
export async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      length += value.byteLength
      if (length > longestBody) break
      text += decoder.decode(value, { stream: true })
    }
    await reader.cancel()
  } catch {
    // The status says enough.
  }
  return ''
}

/** Lets the connection go that a body without a reader would hold. Never rejects. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined)
}
