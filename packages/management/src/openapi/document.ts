import type { ProblemCode } from '../problems/table.ts'
import { endpoints } from '../routes/all.ts'
import { type AnswerDescription, changesSomething, type Endpoint } from '../routes/endpoint.ts'
import { componentSchemas, type JsonSchema, schemaOf } from './components.ts'
import { answerHeaders, parametersOf } from './parameters.ts'
import { programPaths, programSecurity } from './programs.ts'
import { headersNamed, problemResponses } from './responses.ts'

/** An OpenAPI 3.1 document, as JSON. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: Readonly<Record<string, unknown>>
  readonly servers: readonly { readonly url: string; readonly description: string }[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: Readonly<Record<string, unknown>>
}

/** What may differ from one mount of the API to another. */
export interface DocumentOptions {
  /** Where the API is mounted: `/settings/api-keys`, or a whole URL. Default `/`. */
  readonly serverUrl?: string | undefined
}

/**
 * Makes the OpenAPI document of the API from the schemas that it checks with: to generate clients at build time. The API
 * serves the same at `/openapi.json`.
 */
export function openApiDocument({ serverUrl = '/' }: DocumentOptions = {}): OpenApiDocument {
  return { ...fixed(), servers: [{ url: serverUrl, description: 'Where the host has mounted it.' }] }
}

let made: Omit<OpenApiDocument, 'servers'> | undefined

/** Made once: it depends on nothing. */
function fixed(): Omit<OpenApiDocument, 'servers'> {
  made ??= {
    openapi: '3.1.0',
    info: {
      title: 'API key management',
      version: '0.1.0',
      description:
        'Create, read, rotate and revoke API keys. Tokens are sent in answer to `createKey` and `rotateKey` only.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: [{ bearer: [] }, { session: [] }],
    tags: Object.entries({ ...tags, Programs: programsTag }).map(([name, description]) => ({ name, description })),
    paths: paths(),
    components: {
      schemas: componentSchemas(),
      headers: answerHeaders,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'What the host accepts: its own token, or an API key.' },
        session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'The session of the host.' },
        ...programSecurity,
      },
    },
  }
  return made
}

const tags: Readonly<Record<Endpoint['tag'], string>> = {
  Keys: 'API keys and the steps in their life.',
  Usage: 'How keys are used.',
  Activity: 'Who did what.',
  'Service accounts': 'Owners of keys that outlive people.',
  Workspace: 'What holds for the workspace and the caller.',
}

const programsTag = 'For programs: each proves its caller in a way of its own.'

function paths(): OpenApiDocument['paths'] {
  const found: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) (found[endpoint.path] ??= {})[endpoint.method] = operation(endpoint)
  found['/openapi.json'] = { get: ownOperation }
  return { ...found, ...programPaths }
}

function operation(endpoint: Endpoint): JsonSchema {
  const { action, tag, summary, description, body, isBodyOptional = false } = endpoint
  const parameters = parametersOf(endpoint)
  return {
    operationId: action,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: !isBodyOptional, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: { ...answers(endpoint.answers), ...problemResponses(codesOf(endpoint)) },
  }
}

function answers(descriptions: Readonly<Record<number, AnswerDescription>>): JsonSchema {
  return Object.fromEntries(
    Object.entries(descriptions).map(([status, { description, schema, headers = [] }]) => [
      status,
      {
        description,
        headers: headersNamed(['X-Request-Id', ...headers]),
        content: { 'application/json': { schema: schemaOf(schema) } },
      },
    ]),
  )
}

/** Every code that an endpoint can answer with. */
function codesOf(endpoint: Endpoint): readonly ProblemCode[] {
  const { path, takesIdempotencyKey, body, method, problems: own = [] } = endpoint
  const changes = changesSomething(endpoint)
  const all: readonly ProblemCode[] = [
    'malformed_request',
    'credential_in_url',
    'unauthenticated',
    'forbidden',
    ...(method === 'get' ? [] : (['cross_origin_request', 'payload_too_large', 'unsupported_media_type'] as const)),
    ...(changes ? (['read_only', 'step_up_required'] as const) : []),
    ...(path.includes('{id}') ? (['not_found'] as const) : []),
    ...own,
    // Parameters and fields that are not there are refused everywhere.
    'validation_failed',
    ...(takesIdempotencyKey === true && body !== undefined ? (['idempotency_key_reused'] as const) : []),
    'rate_limited',
    'internal_error',
    'store_unavailable',
    'busy',
  ]
  return [...new Set(all)]
}

const ownOperation: JsonSchema = {
  operationId: 'getOpenApi',
  tags: ['Workspace'],
  summary: 'Read this document',
  responses: {
    200: {
      description: 'This document',
      headers: headersNamed(['X-Request-Id']),
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...problemResponses(['unauthenticated', 'rate_limited', 'internal_error', 'store_unavailable']),
  },
}
