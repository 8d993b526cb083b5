import type { Door } from '../door.types.ts'
import type { Verification } from '../verification/verification.ts'
import { firstValue, type HttpRequest } from './request.ts'
import type { RequestState } from './request-state.ts'
import type { HttpResponse } from './response.ts'

/**
 * Has the use of a key by a request counted. To be called once, when the state of the request is noted.
 *
 * @param address of the client when the request came in; looked at where it is kept who uses keys
 */
export type BeginUse = (
  request: HttpRequest,
  response: HttpResponse | undefined,
  verification: Verification,
  state: RequestState,
  address: string | undefined,
) => void

/**
 * A refused key is counted at once; an accepted one when the response is through or its client leaves, which Node tells
 * by one event, `close`: the status, and what guards made of it, are known only then.
 */
export function createUses({ recordUse, noteCaller }: Pick<Door, 'recordUse' | 'noteCaller'>): BeginUse | undefined {
  if (recordUse === undefined) return undefined

  const begin: BeginUse = (request, response, verification, state) => {
    if (!verification.ok) return recordUse(verification, undefined, verification)
    // A closure: what it holds need not be looked for on the response, nor in the states.
    const end = (): void =>
      recordUse(verification, response?.headersSent ? response.statusCode : undefined, state.deniedBy)
    if (response?.on === undefined || isOver(response)) return end()
    if (response.socket === null) return onceOver(request, response, end)
    response.on('close', end)
  }
  if (noteCaller === undefined) return begin

  return (request, response, verification, state, address) => {
    noteCaller(verification, address, firstValue(request, 'user-agent'))
    begin(request, response, verification, state, address)
  }
}

/** The client has left while the key was verified: nothing more will be told. A response of HTTP/2 has it on its stream. */
function isOver(response: HttpResponse): boolean {
  const { destroyed } = response
  return destroyed === undefined ? response.stream?.destroyed === true : destroyed
}

/**
 * A pipelined request whose turn has not come: if its client leaves before, its response never closes, but the request
 * does.
 */
function onceOver(
  request: HttpRequest & {
    readonly socket?: { readonly destroyed: boolean }
    on?(event: 'close', listener: () => void): unknown
  },
  response: HttpResponse,
  end: () => void,
): void {
  let isEnded = false
  const endOnce = (): void => {
    if (!isEnded) end()
    isEnded = true
  }
  response.on?.('close', endOnce)
  request.on?.('close', () => {
    if (request.socket?.destroyed === true) endOnce()
  })
}
