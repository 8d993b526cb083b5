import { connect } from 'node:net'

/** One field line: name and value. */
export type FieldLine = readonly [name: string, value: string]

/** A request as it goes over the wire. */
export interface WireRequest {
  /** Default `GET`. */
  readonly method?: string
  /** Default `/`. */
  readonly path?: string
  readonly fields?: readonly FieldLine[]
  /** Default `1.1`. */
  readonly version?: '1.0' | '1.1'
  /** Sent in place of everything else. */
  readonly raw?: string
}

/** What came back before the connection was closed. */
export interface Reply {
  /** 0 when nothing came. */
  readonly status: number
  /** By name in lower case; several lines of a field joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Every byte, as Latin-1. */
  readonly text: string
}

/** Only to fail a test whose server never answers. */
const patienceMs = 10_000

/** Sends one request over a socket of its own, byte for byte, as no HTTP client would let us. */
export function send(port: number, request: WireRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.setTimeout(patienceMs, () => socket.destroy(new Error(`no answer within ${patienceMs} ms`)))
    socket.on('connect', () => socket.write(bytesOf(request), 'latin1'))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    let failure: Error | undefined
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') failure = error
    })
    socket.on('close', () => (failure === undefined ? resolve(parse(text)) : reject(failure)))
  })
}

/** Sends a request and gives back how to leave before the answer comes. */
export function sendAndLeave(port: number, request: WireRequest): () => void {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.on('connect', () => socket.write(bytesOf(request), 'latin1'))
  return () => socket.destroy()
}

function bytesOf({ raw, method = 'GET', path = '/', fields = [], version = '1.1' }: WireRequest): string {
  if (raw !== undefined) return raw
  const host: readonly FieldLine[] = version === '1.1' ? [['Host', 'contract.test']] : []
  const lines = [...host, ...fields, ['Connection', 'close'] as const].map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`
}

function parse(text: string): Reply {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body: end < 0 ? '' : text.slice(end + 4), text }
}
