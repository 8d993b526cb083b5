import type { NodeRequest } from './node-exchange.ts'

/** What is read and thrown away of a body that its handler left unread, so that the client can read the answer. */
const maxDiscarded = 16 * 1024 * 1024

/** Whether a body was announced. */
export function hasBody(req: NodeRequest): boolean {
  if (req.httpVersionMajor >= 2)
    return (req as { stream?: { endAfterHeaders?: boolean } }).stream?.endAfterHeaders !== true
  const length = req.headers['content-length']
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

// Ends the streams of handlers that have answered, and read no further.
const endings = new WeakMap<NodeRequest, () => void>()

/** The body as a stream of the Fetch API. Reads from the socket only what the handler asks for. */
export function sentBody(req: NodeRequest): ReadableStream<Uint8Array> {
  let leave = (): void => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onData = (chunk: Uint8Array | string): void => {
          req.pause()
          controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk, req.readableEncoding ?? 'utf8') : chunk)
        }
        const onEnd = (): void => {
          leave()
          controller.close()
        }
        const onGone = (): void => {
          leave()
          controller.error(gone())
        }
        leave = () => {
          req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone)
          endings.delete(req)
          leave = () => {}
        }
        if (req.destroyed) return controller.error(gone())
        endings.set(req, onGone)
        // Before the listener: it would set the stream flowing.
        req.pause()
        req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone)
      },
      pull: () => void req.resume(),
      cancel: () => leave(),
    },
    { highWaterMark: 0 },
  )
}

/** Once the answer is sent: reads the rest of the body, within limits, else the next request would never be read. */
export function discardRest(req: NodeRequest): void {
  if (req.readableEnded || req.destroyed) return
  endings.get(req)?.()
  let discarded = 0
  req.on('data', (chunk: Uint8Array | string) => {
    discarded += chunk.length
    if (discarded > maxDiscarded) req.destroy()
  })
  req.on('error', () => {})
  req.resume()
}

function gone(): Error {
  return new DOMException('The client went away before its request was complete.', 'AbortError')
}
