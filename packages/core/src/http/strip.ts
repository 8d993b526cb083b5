import type { HttpRequest } from './request.ts'

/**
 * What Node caches after a read of `headersDistinct`. Only now that the credential is blanked in what it is made
 * of, and only here: its getter throws for some names that a client can send.
 */
function distinctHeaders(
  request: HttpRequest & { readonly headersDistinct?: Record<string, unknown> },
): Record<string, unknown> {
  try {
    return request.headersDistinct ?? {}
  } catch {
    return {}
  }
}

function removeFrom(headers: Record<string, unknown> | undefined, name: string): void {
  for (const key of Object.keys(headers ?? {})) if (key.toLowerCase() === name) delete headers?.[key]
}

/** Takes the credential out of a request, so that nothing behind can log or forward it. */
export function stripField(request: HttpRequest, name: string): void {
  const { rawHeaders, headers } = request as {
    readonly rawHeaders?: string[]
    readonly headers?: Record<string, unknown>
  }
  if (Array.isArray(rawHeaders)) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      if (rawHeaders[index]?.toLowerCase() === name) rawHeaders[index + 1] = ''
    }
  }
  removeFrom(headers, name)
  removeFrom(distinctHeaders(request), name)
}
