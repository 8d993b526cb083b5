import { malformed, mediaTypeOf, parseObject, unreadable } from '../machines/body.ts'
import { type Problem, problem } from '../problems/problem.ts'
import { readText } from '../web/read-text.ts'

/** The token that a service asks about. */
export type AskedToken = { readonly token: string } | { readonly problem: Problem }

const maxBodyBytes = 16_384
const members: ReadonlySet<string> = new Set(['token', 'token_type_hint'])

/**
 * Reads the token out of a body: a form, as RFC 7662 has it, or JSON. Never out of a query, which ends up in logs.
 * `token_type_hint` is read over, and so is what else clients send in a form.
 */
export async function readToken(request: Request): Promise<AskedToken> {
  if (new URL(request.url).searchParams.has('token')) return { problem: problem('credential_in_url') }
  const type = mediaTypeOf(request)
  const isForm = type === 'application/x-www-form-urlencoded'
  if (!isForm && type !== 'application/json') return { problem: problem('unsupported_media_type') }
  const read = await readText(request, maxBodyBytes)
  if (!read.ok) return { problem: unreadable[read.reason] }
  return isForm ? fromForm(read.text) : fromJson(read.text)
}

function fromForm(text: string): AskedToken {
  const tokens = new URLSearchParams(text).getAll('token')
  const [token] = tokens
  return tokens.length === 1 && token !== undefined ? { token } : { problem: notOne }
}

function fromJson(text: string): AskedToken {
  const body = parseObject(text)
  if (body === undefined) return { problem: malformed('The body is not a JSON object.') }
  const { token } = body
  if (typeof token !== 'string' || Object.keys(body).some((name) => !members.has(name))) return { problem: notOne }
  return { token }
}

const notOne = problem('validation_failed', {
  errors: [{ pointer: '/token', message: 'Exactly one token is needed.' }],
})
