import { assert } from '../assert.ts'
import type { Reply } from './send.ts'

/** Header fields that HTTP itself adds. */
const ofTheConnection = new Set(['date', 'connection', 'keep-alive'])

/** A refusal, to the byte. */
export interface ExpectedRefusal {
  readonly status: number
  /** The value of `WWW-Authenticate`; left out: there is none. */
  readonly challenge?: string
  readonly body: string
  /** Default `Authorization, X-API-Key`. */
  readonly vary?: string
  /** What else is set. */
  readonly more?: Readonly<Record<string, string>>
}

/** Compares status, every header and every byte of the body. */
export function assertRefusal(reply: Reply, expected: ExpectedRefusal, method = 'GET'): void {
  const { status, challenge, body, vary = 'Authorization, X-API-Key', more = {} } = expected
  assert.deepEqual(
    { status: reply.status, headers: ownHeaders(reply), body: reply.body },
    {
      status,
      headers: {
        'cache-control': 'no-store',
        'content-length': String(body.length),
        'content-type': 'application/problem+json; charset=utf-8',
        vary,
        ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
        ...more,
      },
      body: method === 'HEAD' ? '' : body,
    },
  )
}

/** Compares status, body and every header of a handler's answer. */
export function assertPassed(reply: Reply, body: unknown, more: Readonly<Record<string, string>> = {}): void {
  const { 'content-length': length, ...headers } = ownHeaders(reply)
  assert.deepEqual(
    { status: reply.status, headers, body: JSON.parse(reply.body || 'null') as unknown },
    { status: 200, headers: { 'content-type': 'application/json', vary: 'Authorization, X-API-Key', ...more }, body },
  )
  assert.equal(length, String(Buffer.byteLength(reply.body, 'latin1')))
}

/** The headers of a reply without those of the connection. */
export function ownHeaders(reply: Reply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.headers).filter(([name]) => !ofTheConnection.has(name)))
}
