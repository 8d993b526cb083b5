import { privateHeaders } from './problems/headers.ts'
import type { Answer } from './routes/endpoint.ts'

/** An answer as it is sent: JSON, never cached. */
export function answerResponse({ status, body, headers }: Answer, requestId: string): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...privateHeaders,
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'X-Request-Id': requestId,
    },
  })
}
