import type { Socket } from 'node:net'

/** What becomes of bytes that go one way. */
export type Rule =
  | { readonly kind: 'pass' }
  /** Nothing more is read. What is under way waits, in order. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** So many bytes pass, then the connection is closed. */
  | { readonly kind: 'closeAfter'; readonly bytes: number }

/** One direction of a connection. Bytes are never dropped or reordered. */
export interface Lane {
  /** Applies to what is under way as well. */
  follow(rule: Rule): void
}

interface Parcel {
  /** `undefined` for the end of the stream. */
  readonly bytes: Buffer | undefined
  readonly arrivedAtMs: number
}

/**
 * Carries bytes from one socket to another.
 *
 * @param close called once the bytes that `closeAfter` allows have been handed over
 */
export function openLane(source: Socket, sink: Socket, rule: Rule, close: () => void): Lane {
  const underWay: Parcel[] = []
  let current = rule
  let allowance = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let isSinkFull = false

  const accept = (bytes?: Buffer): void => {
    underWay.push({ bytes, arrivedAtMs: performance.now() })
    move()
  }
  const isBlocked = (): boolean => current.kind === 'hold' || isSinkFull || !sink.writable
  const move = (): void => {
    clearTimeout(timer)
    for (let next = underWay[0]; next !== undefined && !isBlocked(); next = underWay[0]) {
      const waitMs = current.kind === 'delay' ? next.arrivedAtMs + current.delayMs - performance.now() : 0
      if (waitMs > 0) {
        timer = setTimeout(move, waitMs)
        break
      }
      underWay.shift()
      deliver(next)
    }
    if (isBlocked()) source.pause()
    else source.resume()
  }
  const deliver = ({ bytes }: Parcel): void => {
    if (bytes === undefined) {
      sink.end()
    } else if (bytes.length >= allowance) {
      sink.end(bytes.subarray(0, allowance), close)
    } else {
      allowance -= bytes.length
      isSinkFull = !sink.write(bytes)
    }
  }
  const follow = (next: Rule): void => {
    current = next
    allowance = next.kind === 'closeAfter' ? next.bytes : Number.POSITIVE_INFINITY
    move()
  }

  source.on('data', accept)
  source.on('end', () => accept())
  sink.on('drain', () => {
    isSinkFull = false
    move()
  })
  sink.on('close', () => clearTimeout(timer))
  follow(rule)
  return { follow }
}
