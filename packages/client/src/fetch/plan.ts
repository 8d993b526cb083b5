import { RequestRefusedError } from '../errors/errors.ts'
import { type BaseUrl, targetOf } from './base-url.ts'

/** A request as it can be sent, and perhaps sent again. Without the key. */
export interface RequestPlan {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: RequestInit['body'] | undefined
  /** Whether the body can be sent again: streams cannot. */
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | undefined
  readonly redirect: NonNullable<RequestInit['redirect']>
  /** What else the caller set, passed on as it is. */
  readonly rest: RequestInit
}

/**
 * Reads what was passed to the fetch, in either form.
 *
 * @param header the header that will carry the key
 * @throws {RequestRefusedError} when it must not be sent
 */
export function planRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  { base, header, token }: { readonly base: BaseUrl; readonly header: string; readonly token: string },
): RequestPlan {
  const plan = isRequest(input) ? planOfRequest(input, init, base) : planOfParts(input, init ?? {}, base)
  if (plan.headers.has(header)) {
    throw new RequestRefusedError(
      'own_credential',
      `The request sets "${header}" itself, which this fetch sets to the API key: nothing was sent. Remove it.`,
    )
  }
  if (plan.url.href.includes(token)) {
    throw new RequestRefusedError(
      'key_in_url',
      'The API key stands in the URL, which ends up in logs: nothing was sent.',
    )
  }
  return plan
}

function planOfParts(input: string | URL, init: RequestInit, base: BaseUrl): RequestPlan {
  const { method = 'GET', headers, body, signal, redirect = 'follow', ...rest } = init
  return {
    url: targetOf(input, base),
    method: normal(method),
    headers: new Headers(headers),
    body,
    isRepeatable: isRepeatable(body),
    signal: signal ?? undefined,
    redirect,
    rest,
  }
}

function planOfRequest(input: Request, init: RequestInit | undefined, base: BaseUrl): RequestPlan {
  const request = init === undefined ? input : new Request(input, init)
  const hasBody = request.body !== null
  return {
    url: targetOf(new URL(request.url), base),
    method: request.method,
    headers: new Headers(request.headers),
    body: request.body,
    isRepeatable: !hasBody,
    signal: request.signal,
    redirect: request.redirect,
    rest: hasBody ? { duplex: 'half' } : {},
  }
}

function isRequest(input: unknown): input is Request {
  return typeof Request === 'function' && input instanceof Request
}

/** As fetch does: it writes these in capitals, and no others. */
function normal(method: string): string {
  return /^(?:delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method
}

function isRepeatable(body: unknown): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body) || body instanceof URLSearchParams) return true
  return body instanceof Blob || body instanceof FormData
}
