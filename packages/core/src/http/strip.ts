import type { HttpRequest } from './request.ts'

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
  for (const key of Object.keys(headers ?? {})) if (key.toLowerCase() === name) delete headers?.[key]
}
