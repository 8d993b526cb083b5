import type { z } from 'zod'
import { changesSomething, type Endpoint } from '../routes/endpoint.ts'
import { type JsonSchema, schemaOf } from './components.ts'

/** The headers of answers, by name. */
export const answerHeaders: Readonly<Record<string, JsonSchema>> = {
  'X-Request-Id': text('Names the request: in problems, in the activity log, and in what the host was told.'),
  ETag: text('The revision, for If-Match.'),
  Location: text('Where the new one is, relative to the request.'),
  Link: text('The next page, relative to the request (RFC 8288).'),
  'Idempotent-Replayed': text('true in answer to a repeated call.'),
  'Retry-After': text('Seconds to wait.'),
}

/** The parameters of an endpoint: in its path, its query and its headers. */
export function parametersOf(endpoint: Endpoint): readonly JsonSchema[] {
  const { path, query, takesIfMatch, takesIdempotencyKey } = endpoint
  return [
    ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] : []),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => queryParameter(name, schema)),
    ...(takesIfMatch === true && changesSomething(endpoint)
      ? [header('If-Match', 'The ETag that was read: only if it is still the same.')]
      : []),
    ...(takesIdempotencyKey === true
      ? [header('Idempotency-Key', 'A name for this request, 1 to 255 characters: repeated, it is carried out once.')]
      : []),
  ]
}

function queryParameter(name: string, schema: z.ZodType): JsonSchema {
  const described = schemaOf(schema)
  const isList = described.type === 'array'
  return { name, in: 'query', schema: described, ...(isList && { style: 'form', explode: true }) }
}

function header(name: string, description: string): JsonSchema {
  return { name, in: 'header', description, schema: { type: 'string' } }
}

function text(description: string): JsonSchema {
  return { description, schema: { type: 'string' } }
}
