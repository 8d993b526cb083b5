import type { z } from 'zod'
import { pointerTo } from '../problems/of-error.ts'
import { type Problem, type ProblemItem, problem } from '../problems/problem.ts'
import type { Endpoint } from '../routes/endpoint.ts'
import { readText } from '../web/read-text.ts'

/** A checked body, or what is wrong with it. */
export type CheckedBody =
  | { readonly ok: true; readonly body: unknown; readonly sent: unknown }
  | { readonly ok: false; readonly problem: Problem }

/**
 * Reads the body of a request as its endpoint wants it: JSON of a bounded length, in UTF-8, checked against the schema.
 * A field that is not in the schema is refused, `__proto__` among them.
 */
export async function readBody(endpoint: Endpoint, request: Request, maxBytes: number): Promise<CheckedBody> {
  const type = request.headers.get('content-type')
  if (type !== null && !isJson(type)) return refused(problem('unsupported_media_type'))
  const read = await readText(request, maxBytes)
  if (!read.ok) return refused(unreadable[read.reason])
  if (read.text === '')
    return endpoint.body === undefined || endpoint.isBodyOptional === true ? nothing : refused(missing)
  if (type === null) return refused(problem('unsupported_media_type'))
  const parsed = parse(read.text)
  if (parsed === undefined) return refused(malformed('The body is not JSON.'))
  return endpoint.body === undefined ? checkedEmpty(parsed.value) : checked(endpoint.body, parsed.value)
}

const nothing: CheckedBody = { ok: true, body: {}, sent: {} }
const missing = problem('validation_failed', {
  errors: [{ pointer: '', message: 'A JSON object is needed as the body.' }],
})
const unreadable: Readonly<Record<'tooLarge' | 'notUtf8' | 'notReadable', Problem>> = {
  tooLarge: problem('payload_too_large'),
  notUtf8: malformed('The body is not UTF-8.'),
  notReadable: malformed('The body could not be read to its end.'),
}

function malformed(message: string): Problem {
  return problem('malformed_request', { errors: [{ pointer: '', message }] })
}

function refused(found: Problem): CheckedBody {
  return { ok: false, problem: found }
}

/** JSON is always UTF-8: a charset that says so is fine, another is not. */
function isJson(type: string): boolean {
  const [essence = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase())
  return essence === 'application/json' && parameters.every((each) => each === '' || /^charset="?utf-8"?$/.test(each))
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/** For endpoints without a body: an empty object is nothing, anything in it is a mistake. */
function checkedEmpty(sent: unknown): CheckedBody {
  const isEmpty = typeof sent === 'object' && sent !== null && !Array.isArray(sent) && Object.keys(sent).length === 0
  if (isEmpty) return nothing
  return refused(problem('validation_failed', { errors: [{ pointer: '', message: 'This call takes no body.' }] }))
}

function checked(schema: z.ZodType, sent: unknown): CheckedBody {
  const result = schema.safeParse(sent)
  if (result.success && holdsProto(sent)) return refused(problem('validation_failed', { errors: [noProto] }))
  if (result.success) return { ok: true, body: result.data, sent }
  const errors = result.error.issues.flatMap(itemsOf).slice(0, mostItems)
  return refused(problem('validation_failed', { errors }))
}

const noProto: ProblemItem = { pointer: '', message: 'There is no field or name __proto__ here.' }

/** Whether `__proto__` is anywhere in a body: records of the schema would read over it, as if it had not been sent. */
function holdsProto(sent: unknown): boolean {
  const waiting = [sent]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, '__proto__')) return true
    for (const each of Object.values(value)) waiting.push(each)
  }
  return false
}

// More at once help no one.
const mostItems = 20

function itemsOf(issue: z.core.$ZodIssue): readonly ProblemItem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: sayable([...path, key]), message: 'There is no such field here.' }))
  }
  const isMissing = issue.message.endsWith('received undefined')
  return [{ pointer: sayable(path), message: isMissing ? 'This is needed.' : `${issue.message}.` }]
}

/** Where it is, as far as the names on the way may be repeated: a token in place of a name is not. */
function sayable(path: readonly (string | number)[]): string {
  const end = path.findIndex(
    (part) => typeof part === 'string' && !(/^[\w-]{1,64}$/.test(part) && !/[0-9A-Za-z]{20}/.test(part)),
  )
  return pointerTo(end < 0 ? path : path.slice(0, end))
}
