import { Readable } from 'node:stream'
import { soon } from '../runtime/timers.ts'

/** A response, ready to be written by a framework. */
export interface Answer {
  readonly status: number
  /** Without `Set-Cookie`, and without those that belong to one connection. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly cookies: readonly string[]
  /** Nothing, everything, or what is still being made. */
  readonly body: Uint8Array | BodySource | undefined
}

/** The rest of a body that takes time. */
export interface BodySource {
  /** As a stream of Node; one that fails, or is destroyed, ends in silence. `onFailure` is told what it failed with. */
  readable(onFailure: (error: unknown) => void): Readable
}

// RFC 9110, section 7.6.1, and what HTTP/2 forbids.
const ofTheConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What other code may have set for its body: removed before a response is written. */
export const ofTheBody: readonly string[] = [
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'Content-Range',
  'ETag',
  'Last-Modified',
]

// HTTP/2 would take them.
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

/** What is waited for before the head is sent: small bodies are complete by then and get a length. */
const maxReady = 64 * 1024
const maxReadyChunks = 64

/**
 * Reads a response: its head, and what of its body is there at once.
 *
 * @throws {TypeError} for an invalid response, and what the body throws at once
 */
export async function answerOf(given: unknown, method: string | undefined): Promise<Answer> {
  const response = given as Response
  const { status, headers, body } = checked(given)
  const sent = [...headers].filter(([name]) => name !== 'set-cookie' && !ofTheConnection.has(name))
  const cookies = headers.getSetCookie()
  if ([...sent.map(([, value]) => value), ...cookies].some((value) => unsendable.test(value))) {
    throw new TypeError('The handler gave a header with characters that no header can hold.')
  }
  if (body !== null && (response.bodyUsed || body.locked)) {
    throw new TypeError('The handler gave a response whose body was read already.')
  }
  if (method === 'HEAD' || status === 204 || status === 304) {
    body?.cancel().catch(() => {})
    return { status, headers: sent, cookies, body: undefined }
  }
  const ready = body === null ? undefined : await readyBody(body.getReader())
  if (ready !== undefined && 'readable' in ready) return { status, headers: sent, cookies, body: ready }
  const others = sent.filter(([name]) => name !== 'content-length')
  return { status, headers: [...others, ['content-length', `${ready?.byteLength ?? 0}`]], cookies, body: ready }
}

/** By its shape: another copy of the Fetch API makes responses of another class. */
function checked(given: unknown): Response {
  const { status, headers, body } = Object(given) as Partial<Response>
  const isResponse =
    typeof status === 'number' &&
    status >= 200 &&
    status <= 599 &&
    typeof headers?.getSetCookie === 'function' &&
    (body === null || typeof body?.getReader === 'function')
  if (!isResponse) throw new TypeError('The handler did not give a Response with a status from 200 to 599.')
  return given as Response
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

async function readyBody(reader: Reader): Promise<Uint8Array | BodySource> {
  const ready: Uint8Array[] = []
  let size = 0
  const turn = new Promise<undefined>((resolve) => soon(() => resolve(undefined)))
  for (;;) {
    const reading = reader.read()
    const first = await Promise.race([reading, turn])
    if (first === undefined || size > maxReady || ready.length > maxReadyChunks) return source(reader, ready, reading)
    if (first.done) return Buffer.concat(ready)
    ready.push(bytes(first.value))
    size += first.value.byteLength
  }
}

function source(reader: Reader, ready: readonly Uint8Array[], reading: ReturnType<Reader['read']>): BodySource {
  // What no one waits for any more must not end the process.
  reading.catch(() => {})
  let begun: typeof reading | undefined = reading
  return {
    readable(onFailure) {
      const chunks = [...ready]
      const stream: Readable = new Readable({
        read() {
          const chunk = chunks.shift()
          if (chunk !== undefined) return void stream.push(chunk)
          const next = begun ?? reader.read()
          begun = undefined
          next
            .then(
              ({ done, value }) => void stream.push(done ? null : bytes(value)),
              (error: unknown) => fail(error),
            )
            .catch((error: unknown) => fail(error))
        },
        destroy(_error, done) {
          reader.cancel().catch(() => {})
          done(null)
        },
      })
      const fail = (error: unknown): void => {
        if (stream.destroyed) return
        stream.destroy()
        onFailure(error)
      }
      return stream
    },
  }
}

function bytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  throw new TypeError('The body of a response gave something that is not bytes.')
}
