import type { Door } from '../door.types.ts'
import type { Verification } from '../verification/verification.ts'
import type { HttpRequest } from './request.ts'
import type { RequestStates } from './request-state.ts'
import type { HttpResponse } from './response.ts'

/** Has the use of a key by a request counted. To be called once, when the state of the request is noted. */
export type BeginUse = (request: HttpRequest, response: HttpResponse | undefined, verification: Verification) => void

/**
 * A refused key is counted at once; an accepted one when the response is through or its client leaves, which Node tells
 * by one event, `close`: the status, and what guards made of it, are known only then.
 */
export function createUses({ recordUse }: Pick<Door, 'recordUse'>, states: RequestStates): BeginUse | undefined {
  if (recordUse === undefined) return undefined

  const end = (request: HttpRequest, response?: HttpResponse): void => {
    const state = states.get(request)
    if (state?.found.ok) recordUse(state.found, response?.headersSent ? response.statusCode : undefined, state.deniedBy)
  }
  // One function for every request, which finds all it needs: a closure for each would cost more than the counting.
  const onClose = function (this: HttpResponse): void {
    end(this.req as HttpRequest, this)
  }

  return (request, response, verification) => {
    if (!verification.ok) recordUse(verification, undefined, verification.code)
    else if (response?.on === undefined || isOver(response)) end(request, response)
    else if (response.socket === null) onceOver(request, response, end)
    else if (response.req === request) response.on('close', onClose)
    else response.on('close', () => end(request, response))
  }
}

/** The client has left while the key was verified: nothing more will be told. */
function isOver({ destroyed, stream }: HttpResponse): boolean {
  return destroyed === true || stream?.destroyed === true
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
  end: (request: HttpRequest, response: HttpResponse) => void,
): void {
  let isEnded = false
  const endOnce = (): void => {
    if (!isEnded) end(request, response)
    isEnded = true
  }
  response.on?.('close', endOnce)
  request.on?.('close', () => {
    if (request.socket?.destroyed === true) endOnce()
  })
}
