import type { Answer } from './answer.ts'

/** Answers that come from the mount, because the handler cannot be asked or has none. */
export type MountProblem = 'request_target' | 'method' | 'body_lost' | 'handler_failed' | 'not_found'

const table: Readonly<Record<MountProblem, readonly [status: number, title: string, detail: string]>> = {
  request_target: [400, 'Bad path', 'The path has "." or ".." as a segment. Send it resolved.'],
  method: [501, 'Method not supported', 'This method is not supported here.'],
  body_lost: [500, 'Internal error', 'The server could not read the body of the request. Its log says why.'],
  handler_failed: [500, 'Internal error', 'The server could not answer this request. Its log says why.'],
  not_found: [404, 'Not found', 'There is nothing at this path.'],
}

const codes: Readonly<Record<MountProblem, string>> = {
  request_target: 'bad_path',
  method: 'method_not_supported',
  body_lost: 'internal_error',
  handler_failed: 'internal_error',
  not_found: 'not_found',
}

/** RFC 9457. Holds nothing of the request. */
export function problemAnswer(problem: MountProblem, method: string | undefined): Answer {
  const [status, title, detail] = table[problem]
  const code = codes[problem]
  const document = { type: `urn:claviger:problem:${code}`, title, status, detail, code }
  const body = Buffer.from(JSON.stringify(document))
  return {
    status,
    headers: [
      ['content-type', 'application/problem+json; charset=utf-8'],
      ['cache-control', 'no-store'],
      ['content-length', String(body.byteLength)],
    ],
    cookies: [],
    body: method === 'HEAD' ? undefined : body,
  }
}
