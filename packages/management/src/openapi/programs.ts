import { reasonBody } from '../schemas/inputs.ts'
import {
  foundTokensBody,
  introspectBody,
  introspectionSchema,
  revokedSelfSchema,
  selfSchema,
} from '../schemas/programs.ts'
import { type JsonSchema, schemaOf } from './components.ts'
import { headersNamed, problemResponses } from './responses.ts'

/*
 * The paths of handlers for programs, which prove their callers in ways of their own.
 */

type Schema = Parameters<typeof schemaOf>[0]

const answered = (description: string, schema: Schema): JsonSchema => ({
  description,
  headers: headersNamed(['X-Request-Id']),
  content: { 'application/json': { schema: schemaOf(schema) } },
})

// Those of `apiKeyAuth`: codes of the data plane.
const refusedKey: JsonSchema = Object.fromEntries(
  [400, 401, 403].map((status) => [
    status,
    {
      description: 'The key is refused, as by the API that it is for.',
      headers: headersNamed(['X-Request-Id']),
      content: { 'application/problem+json': { schema: { type: 'object' } } },
    },
  ]),
)

const security = [{ key: [] }]
const tags = ['Programs']
const ours = ['internal_error', 'store_unavailable', 'busy'] as const
const whereTurnedOn = 'Only where the host has turned it on.'

/** How the callers of these paths are proven. */
export const programSecurity: Readonly<Record<string, JsonSchema>> = {
  key: { type: 'http', scheme: 'bearer', description: 'The API key that the call is about.' },
  service: { type: 'http', scheme: 'bearer', description: 'A service of the host, as the host decides.' },
  githubSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'Github-Public-Key-Signature',
    description: 'ECDSA over the body, by the key that `Github-Public-Key-Identifier` names.',
  },
}

/** The paths, in the order of the document. */
export const programPaths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  '/self': {
    get: {
      operationId: 'getSelf',
      tags,
      summary: 'Read the key that makes the call',
      description: 'Always allowed, also to a key without any permission.',
      security,
      responses: {
        200: answered('The key, as its holder sees it', selfSchema),
        ...refusedKey,
        ...problemResponses(ours),
      },
    },
    delete: {
      operationId: 'revokeSelf',
      tags,
      summary: 'Revoke the key that makes the call, permanently',
      description: 'Always allowed, also to a key without any permission: who finds a key can end it.',
      security,
      requestBody: { required: false, content: { 'application/json': { schema: schemaOf(reasonBody) } } },
      responses: {
        200: answered('The key has ended', revokedSelfSchema),
        ...refusedKey,
        ...problemResponses([
          'payload_too_large',
          'unsupported_media_type',
          'validation_failed',
          'revocation_not_durable',
          ...ours,
        ]),
      },
    },
  },
  '/introspect': {
    post: {
      operationId: 'introspect',
      tags,
      summary: 'Ask whether a token is good (RFC 7662)',
      description: `${whereTurnedOn} Whatever a token is besides, it is \`{ "active": false }\`.`,
      security: [{ service: [] }],
      requestBody: {
        required: true,
        content: {
          'application/x-www-form-urlencoded': { schema: schemaOf(introspectBody) },
          'application/json': { schema: schemaOf(introspectBody) },
        },
      },
      responses: {
        200: answered('What the token may do now', introspectionSchema),
        ...problemResponses([
          'malformed_request',
          'credential_in_url',
          'unauthenticated',
          'forbidden',
          'cross_origin_request',
          'not_found',
          'payload_too_large',
          'unsupported_media_type',
          'validation_failed',
          ...ours,
        ]),
      },
    },
  },
  '/secret-scanning': {
    post: {
      operationId: 'reportLeakedTokens',
      tags,
      summary: 'Report tokens that were found in public',
      description: `${whereTurnedOn} The protocol of GitHub's partners. The answer is the same for real tokens and others.`,
      security: [{ githubSignature: [] }],
      parameters: [
        {
          name: 'Github-Public-Key-Identifier',
          in: 'header',
          required: true,
          schema: { type: 'string' },
        },
      ],
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(foundTokensBody) } } },
      responses: {
        200: {
          description: 'An empty list',
          headers: headersNamed(['X-Request-Id']),
          content: { 'application/json': { schema: { type: 'array', maxItems: 0 } } },
        },
        ...problemResponses(['malformed_request', 'unauthenticated', 'not_found', 'payload_too_large', ...ours]),
      },
    },
  },
}
