import { problem, type Problem, readText } from '@claviger/management/web'

// Names, descriptions and hundreds of permissions.
const maxBytes = 65_536
const maxFields = 1_000

/** A form that was sent. */
export interface Form {
  /** The first value of a field, trimmed; empty without one. */
  text(name: string): string
  /** Every value of a field. */
  all(name: string): readonly string[]
  /** All fields, in order. */
  readonly entries: readonly (readonly [string, string])[]
}

/** Reads the body of a form, as browsers send it by default. */
export async function readForm(request: Request): Promise<Form | Problem> {
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return problem('unsupported_media_type')
  const body = await readText(request, maxBytes)
  if (!body.ok) return problem(body.reason === 'tooLarge' ? 'payload_too_large' : 'malformed_request')
  return formFrom(new URLSearchParams(body.text))
}

/** A form of fields that were read already. */
function formFrom(fields: URLSearchParams): Form | Problem {
  const entries = [...fields].slice(0, maxFields + 1)
  if (entries.length > maxFields) return problem('payload_too_large')
  return {
    text: (name) => fields.get(name)?.trim() ?? '',
    all: (name) => fields.getAll(name),
    entries,
  }
}

/** A form without fields: what a page shows at first. */
export const emptyForm: Form = { text: () => '', all: () => [], entries: [] }

/** Whether reading led to a form. */
export function isForm(read: Form | Problem): read is Form {
  return 'entries' in read
}
