import { malformed, mediaTypeOf, parseObject, unreadable } from '../machines/body.ts'
import { type Problem, problem } from '../problems/problem.ts'
import { readText } from '../web/read-text.ts'

/** The token that a service asks about, and the address of the client that sent it, if the service says so. */
export type AskedToken =
  | { readonly token: string; readonly address: string | undefined }
  | { readonly problem: Problem }

const maxBodyBytes = 16_384
const members: ReadonlySet<string> = new Set(['token', 'token_type_hint', 'address'])

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
  const form = new URLSearchParams(text)
  const [tokens, addresses] = [form.getAll('token'), form.getAll('address')]
  const [token] = tokens
  if (tokens.length !== 1 || token === undefined) return { problem: notOne }
  return addresses.length > 1 ? { problem: notAnAddress } : { token, address: addresses[0] }
}

function fromJson(text: string): AskedToken {
  const body = parseObject(text)
  if (body === undefined) return { problem: malformed('The body is not a JSON object.') }
  const { token, address } = body
  if (typeof token !== 'string' || Object.keys(body).some((name) => !members.has(name))) return { problem: notOne }
  return address === undefined || typeof address === 'string' ? { token, address } : { problem: notAnAddress }
}

const notAnAddress = problem('validation_failed', {
  errors: [{ pointer: '/address', message: 'The address of the client is one text.' }],
})

const notOne = problem('validation_failed', {
  errors: [{ pointer: '/token', message: 'Exactly one token is needed.' }],
})
