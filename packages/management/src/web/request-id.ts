import { randomUUID } from 'node:crypto'
import type { HostRequest } from './host.ts'

/** Names requests: in every response, in problem documents, and in the activity log. */
export type RequestIds = (asked: HostRequest) => string

// Short, and nothing that splits a header or a log line.
const form = /^[\w.:/+=-]{1,128}$/

/**
 * Makes the names. What clients send is never taken over.
 *
 * @param own the host's own id of a request, such as the one its logger uses; undefined, or an id that is not 1 to 128
 *   characters of letters, digits and `_.:/+=-`, gets a new one
 * @param redact of the keyring: an id that holds a token gets a new one, too
 */
export function createRequestIds(
  own: ((asked: HostRequest) => string | undefined) | undefined,
  redact: (text: string) => string,
): RequestIds {
  const fresh = (): string => `req_${randomUUID()}`
  return (asked) => {
    const id = own?.(asked)
    return typeof id === 'string' && form.test(id) && redact(id) === id ? id : fresh()
  }
}
