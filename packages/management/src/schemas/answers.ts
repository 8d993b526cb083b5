import { z } from 'zod'
import type {
  CreatedKeyResource,
  KeyResource,
  PageResource,
  ReplayedKeyResource,
  ReplayedRotationResource,
  RevocationResource,
  RevocationsResource,
  RotatedKeyResource,
  SecretResource,
} from '../resources/key.ts'
import { count, instant, instantOrNull, permissions } from './basics.ts'

const actorTypes = ['user', 'service', 'key', 'system'] as const
const ownerReference = z.strictObject({
  type: z.enum(['user', 'service']),
  id: z.string(),
  name: z.string().nullable(),
})

export const actorReference: z.ZodType<KeyResource['createdBy']> = z.strictObject({
  type: z.enum(actorTypes),
  id: z.string(),
  name: z.string().nullable(),
})

export const secretSchema: z.ZodType<SecretResource> = z.strictObject({
  version: z.int().min(1),
  hint: z.string(),
  createdAt: instant,
  lastUsedAt: instantOrNull,
  expiresAt: instantOrNull,
  imported: z.boolean(),
})

export const keySchema: z.ZodType<KeyResource> = z.strictObject({
  object: z.literal('apiKey'),
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  workspaceId: z.string(),
  environment: z.string(),
  owner: ownerReference,
  createdBy: actorReference,
  hint: z.string(),
  permissions,
  allowedAddresses: z.array(z.string()),
  resources: z.record(z.string(), z.array(z.string())),
  effectivePermissions: permissions.nullable(),
  status: z.enum(['active', 'rotating', 'disabled', 'expired', 'revoked']),
  attention: z.array(z.enum(['ownerGone', 'expiring', 'rotationDue', 'unused', 'neverUsed'])),
  secrets: z.array(secretSchema),
  imported: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  rotatedAt: instantOrNull,
  rotationDueAt: instantOrNull,
  expiresAt: instantOrNull,
  disabledAt: instantOrNull,
  revokedAt: instantOrNull,
  revokedReason: z.string().nullable(),
  ownerGoneAt: instantOrNull,
  lastUsedAt: instantOrNull,
  requestCount30d: count.nullable(),
  deniedCount30d: count.nullable(),
  metadata: z.record(z.string(), z.string()),
  revision: z.int().min(1),
})

/** The page of a list of items of one kind. */
export function pageOf<Item>(item: z.ZodType<Item>): z.ZodType<PageResource<Item>> {
  return z.strictObject({ data: z.array(item), hasMore: z.boolean(), nextCursor: z.string().nullable() })
}

const token = z.string().meta({ description: 'Sent only in this response. Keep it now.' })
const shown = { key: keySchema, tokenShownOnce: z.literal(true) }

export const createdKeySchema: z.ZodType<CreatedKeyResource> = z.strictObject({ ...shown, token })

// Some generators leave out a field that is always null: it is described as one that may be.
export const replayedKeySchema: z.ZodType<ReplayedKeyResource | CreatedKeyResource> = z.strictObject({
  ...shown,
  token: token.nullable().meta({ description: 'Null: it was sent in answer to the first call.' }),
})

export const rotationSchema: z.ZodType<RotatedKeyResource | ReplayedRotationResource> = z.strictObject({
  ...shown,
  token: token.nullable().meta({ description: 'Null in answer to a repeated call. Sent only in this response.' }),
  overlapEndsAt: instantOrNull,
})

const revocationSchema: z.ZodType<RevocationResource> = z.strictObject({
  id: z.string(),
  ok: z.boolean(),
  key: keySchema.nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})

export const revocationsSchema: z.ZodType<RevocationsResource> = z.strictObject({
  data: z.array(revocationSchema),
  dryRun: z.boolean(),
})
