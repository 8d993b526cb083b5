import { request as requestHttp1 } from 'node:http'
import { connect } from 'node:http2'

/** What is asked. */
export interface Question {
  /** Default `GET`. */
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Called with every part of the answer as it comes. */
  readonly onData?: (chunk: Buffer) => void
}

/** What came back. */
export interface Reply {
  readonly status: number
  /** Lower case; several lines of a field as a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Only to fail a test whose server never answers. */
const patienceMs = 10_000

/** Asks over a connection of its own. */
export function ask(port: number, isHttp2: boolean, question: Question): Promise<Reply> {
  return isHttp2 ? askHttp2(port, question) : askHttp1(port, question)
}

function askHttp1(
  port: number,
  { method = 'GET', path, headers = {}, body, onData = () => {} }: Question,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = requestHttp1(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { host: 'contract.test', ...lengthOf(body), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          onData(chunk)
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    request.setTimeout(patienceMs, () => request.destroy(new Error(`no answer within ${patienceMs} ms`)))
    request.on('error', reject)
    request.end(body)
  })
}

function askHttp2(
  port: number,
  { method = 'GET', path, headers = {}, body, onData = () => {} }: Question,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`)
    const fail = (error: unknown): void => {
      session.destroy()
      reject(error)
    }
    session.on('error', fail)
    const pseudo = { ':method': method, ':path': path, ':authority': 'contract.test' }
    const stream = session.request({ ...pseudo, ...lengthOf(body), ...headers }, { endStream: body === undefined })
    const chunks: Buffer[] = []
    let head: Reply['headers'] = {}
    stream.setTimeout(patienceMs, () => fail(new Error(`no answer within ${patienceMs} ms`)))
    stream.on('response', (received) => {
      head = received
    })
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      onData(chunk)
    })
    stream.on('error', fail)
    stream.on('end', () => {
      session.close()
      resolve({ status: Number(head[':status'] ?? 0), headers: head, body: Buffer.concat(chunks) })
    })
    if (body !== undefined) stream.end(body)
  })
}

function lengthOf(body: Question['body']): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}
