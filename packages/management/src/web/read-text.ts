/** A body as text, or why there is none. */
export type BodyText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'tooLarge' | 'notUtf8' | 'notReadable' }

/**
 * Reads the body of a request as UTF-8, and stops as soon as it is longer than allowed: counted in the bytes that come,
 * whatever `Content-Length` says. Nothing is parsed.
 *
 * @param request whose body was not read yet; a body that was, and one that breaks off, is `notReadable`
 */
export async function readText(request: Request, maxBytes: number): Promise<BodyText> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > maxBytes) return { ok: false, reason: 'tooLarge' }
  if (request.body === null) return { ok: true, text: '' }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader()
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.byteLength
      if (length > maxBytes) {
        // The rest is not wanted; that the sender is told so may fail, and changes nothing.
        reader.cancel().catch(() => {})
        return { ok: false, reason: 'tooLarge' }
      }
      chunks.push(next.value)
    }
  } catch {
    return { ok: false, reason: 'notReadable' }
  }
  return decoded(Buffer.concat(chunks, length))
}

function decoded(bytes: Uint8Array): BodyText {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) }
  } catch {
    return { ok: false, reason: 'notUtf8' }
  }
}
