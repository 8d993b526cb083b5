import { type Problem, problem } from '../problems/problem.ts'
import { changesSomething, type Endpoint } from '../routes/endpoint.ts'

/** What the headers of a request ask for, or what is wrong with them. */
export type Conditions =
  | { readonly ok: true; readonly revision: number | undefined; readonly idempotencyKey: string | undefined }
  | { readonly ok: false; readonly problem: Problem }

/** Reads `If-Match` and `Idempotency-Key`. What an endpoint cannot keep, it refuses: a condition must not be ignored. */
export function readConditions(endpoint: Endpoint, headers: Headers): Conditions {
  const [ifMatch, idempotencyKey] = [headers.get('if-match'), headers.get('idempotency-key')]
  if (ifMatch !== null && changesSomething(endpoint)) {
    if (endpoint.takesIfMatch !== true) return refused('If-Match', 'This call takes no condition.')
    if (revisionIn(ifMatch) === undefined) return refused('If-Match', 'Expected the ETag as it was sent, such as "7".')
  }
  if (idempotencyKey !== null && endpoint.takesIdempotencyKey === false) {
    return refused('Idempotency-Key', 'This call cannot be made idempotent.')
  }
  return {
    ok: true,
    revision: ifMatch === null || ifMatch.trim() === '*' ? undefined : revisionIn(ifMatch),
    idempotencyKey: endpoint.takesIdempotencyKey === true ? (idempotencyKey ?? undefined) : undefined,
  }
}

/** The revision in an ETag that the API sent. `*` means any revision; a weak ETag or a list gives undefined. */
function revisionIn(ifMatch: string): number | undefined {
  const text = ifMatch.trim()
  if (text === '*') return 0
  const [, digits] = /^"([1-9]\d{0,14})"$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits)
}

function refused(header: string, message: string): Conditions {
  return { ok: false, problem: problem('malformed_request', { errors: [{ header, message }] }) }
}
