import { z } from 'zod'
import type { RevokedSelfResource, SelfResource } from '../holder/self.ts'
import type { Introspection } from '../introspection/introspection.ts'
import { instantOrNull, permissions, reference } from './basics.ts'

const ownerType = z.enum(['user', 'service'])

const reached = z.record(z.string(), z.array(z.string()))

export const selfSchema: z.ZodType<SelfResource> = z.strictObject({
  object: z.literal('self'),
  id: z.string(),
  name: z.string(),
  workspaceId: z.string(),
  environment: z.string(),
  owner: z.strictObject({ type: ownerType, id: z.string() }),
  permissions,
  resources: reached,
  secretVersion: z.int().min(1),
  expiresAt: instantOrNull,
  secretEndsAt: instantOrNull,
})

export const revokedSelfSchema: z.ZodType<RevokedSelfResource> = z.strictObject({
  object: z.literal('self'),
  id: z.string(),
  status: z.literal('revoked'),
  revokedAt: instantOrNull,
})

interface IntrospectBody {
  readonly token: string
  readonly token_type_hint?: string | undefined
  readonly address?: string | undefined
}

export const introspectBody: z.ZodType<IntrospectBody> = z.strictObject({
  token: z.string().meta({ description: 'As the client sent it. Never repeated.' }),
  token_type_hint: z.string().optional().meta({ description: 'Read over.' }),
  address: z.string().optional().meta({ description: 'From where the client sent it.' }),
})

export const introspectionSchema = z.union([
  z.strictObject({ active: z.literal(false) }),
  z.strictObject({
    active: z.literal(true),
    scope: z.string().meta({ examples: ['prompts:read prompts:list'] }),
    client_id: z.string().meta({ description: 'The id of the key.' }),
    token_type: z.literal('Bearer'),
    exp: z.int().optional().meta({ description: 'Seconds since the epoch; left out for never.' }),
    sub: z.string().meta({ description: 'The id of the owner.' }),
    owner_type: ownerType,
    workspace_id: reference,
    environment: z.string(),
    secret_version: z.int().min(1),
    resources: reached.optional().meta({
      description:
        'Which resources it reaches, by type; of a type that is absent: all. Left out for all of every type.',
    }),
  }),
]) as unknown as z.ZodType<Introspection>

type FoundTokens = readonly {
  readonly token: string
  readonly type?: string | undefined
  readonly url?: string | undefined
  readonly source?: string | undefined
}[]

export const foundTokensBody: z.ZodType<FoundTokens> = z
  .array(
    z.object({
      token: z.string(),
      type: z.string().optional(),
      url: z.string().optional().meta({ description: 'Where it was found.' }),
      source: z
        .string()
        .optional()
        .meta({ examples: ['content'] }),
    }),
  )
  .max(1_000)
