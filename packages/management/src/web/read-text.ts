/** A body as text, or why there is none. */
export type BodyText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'tooLarge' | 'notUtf8' | 'notReadable' }

/** A body as it came, or why there is none. */
export type BodyBytes =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly reason: 'tooLarge' | 'notReadable' }

/** What bodies are read of: a request, or the answer to one of ours. */
export type WithBody = Pick<Request, 'headers' | 'body'>

/**
 * Reads the body of a request as UTF-8, and stops as soon as it is longer than allowed: counted in the bytes that come,
 * whatever `Content-Length` says. Nothing is parsed.
 *
 * @param request whose body was not read yet; a body that was, and one that breaks off, is `notReadable`
 */
export async function readText(request: WithBody, maxBytes: number): Promise<BodyText> {
  const read = await readBytes(request, maxBytes)
  return read.ok ? decoded(read.bytes) : read
}

/** As `readText`, byte for byte: for bodies that are signed. */
export async function readBytes({ headers, body }: WithBody, maxBytes: number): Promise<BodyBytes> {
  const announced = Number(headers.get('content-length') ?? 0)
  if (announced > maxBytes) return { ok: false, reason: 'tooLarge' }
  if (body === null) return { ok: true, bytes: new Uint8Array() }
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
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
  return { ok: true, bytes: Buffer.concat(chunks, length) }
}

function decoded(bytes: Uint8Array): BodyText {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) }
  } catch {
    return { ok: false, reason: 'notUtf8' }
  }
}
