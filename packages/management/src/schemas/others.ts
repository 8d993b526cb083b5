import { z } from 'zod'
import type { ManagementProblem } from '../problems/problem.ts'
import { type ProblemCode, problemTable } from '../problems/table.ts'
import type {
  DiagnosisResource,
  EventResource,
  KeyUsageResource,
  PermissionsResource,
  ServiceAccountResource,
  UsageResource,
  WhoamiResource,
} from '../resources/others.ts'
import { actorReference } from './answers.ts'
import { count, instant, instantOrNull, permissions, share } from './basics.ts'

const numbers = {
  requests: count,
  allowed: count,
  denied: count,
  deniedBy: z.record(z.string(), count),
  lacked: z.record(z.string(), z.record(z.string(), count)),
  clientErrors: count,
  serverErrors: count,
  errorRate: share,
  deniedRate: share,
}
const range = {
  from: instant,
  to: instant,
  bucket: z.enum(['hour', 'day']),
  totals: z.strictObject(numbers),
  series: z.array(z.strictObject({ start: instant, ...numbers })),
}

export const keyUsageSchema: z.ZodType<KeyUsageResource> = z.strictObject({
  object: z.literal('keyUsage'),
  keyId: z.string(),
  ...range,
  secrets: z.array(z.strictObject({ version: z.int().min(1), lastUsedAt: instant, ...numbers })),
  previousSecretShare: share.nullable(),
})

export const usageSchema: z.ZodType<UsageResource> = z.strictObject({
  object: z.literal('usage'),
  ...range,
  activeKeys: count.nullable(),
  byKey: z.array(z.strictObject({ keyId: z.string(), lastUsedAt: instant, ...numbers })),
  othersAtMost: count,
})

const facts = z.record(z.string(), z.unknown()).nullable()

export const eventSchema: z.ZodType<EventResource> = z.strictObject({
  object: z.literal('event'),
  id: z.string(),
  workspaceId: z.string(),
  at: instant,
  actor: z.strictObject({ type: z.enum(['user', 'service', 'key', 'system']), id: z.string() }),
  action: z.string().meta({ examples: ['key.created'] }),
  target: z.strictObject({ type: z.enum(['key', 'serviceAccount']), id: z.string() }),
  before: facts,
  after: facts,
  origin: z
    .strictObject({ ip: z.string().optional(), userAgent: z.string().optional(), requestId: z.string().optional() })
    .nullable(),
})

export const diagnosisSchema: z.ZodType<DiagnosisResource> = z.strictObject({
  object: z.literal('diagnosis'),
  ok: z.boolean(),
  code: z.string().meta({ examples: ['insufficient_permission'] }),
  keyId: z.string().nullable(),
  hint: z.string().nullable(),
  checks: z.array(z.strictObject({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  fix: z.string().nullable(),
})

export const permissionsSchema: z.ZodType<PermissionsResource> = z.strictObject({
  object: z.literal('permissions'),
  declared: permissions,
  grantable: permissions,
  defaults: permissions,
  presets: z.array(z.strictObject({ name: z.string(), permissions, grantable: z.boolean() })),
})

export const serviceAccountSchema: z.ZodType<ServiceAccountResource> = z.strictObject({
  object: z.literal('serviceAccount'),
  id: z.string(),
  workspaceId: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  permissions,
  createdBy: actorReference,
  createdAt: instant,
  updatedAt: instant,
  deletedAt: instantOrNull,
  revision: z.int().min(1),
})

const seconds = z.number().min(0)

export const whoamiSchema: z.ZodType<WhoamiResource> = z.strictObject({
  object: z.literal('whoami'),
  actor: actorReference,
  workspaceId: z.string(),
  permissions,
  abilities: z.strictObject({
    list: z.boolean(),
    listAll: z.boolean(),
    create: z.boolean(),
    update: z.boolean(),
    rotate: z.boolean(),
    revoke: z.boolean(),
    viewUsage: z.boolean(),
    viewActivity: z.boolean(),
    diagnose: z.boolean(),
    manageServiceAccounts: z.boolean(),
  }),
  readOnly: z.boolean(),
  environments: z.array(z.string()),
  resourceTypes: z.array(z.string()),
  policy: z.strictObject({
    maxLifetimeSeconds: seconds.nullable(),
    maxOverlapSeconds: seconds,
    rotateAfterSeconds: seconds.nullable(),
    unusedAfterSeconds: seconds.nullable(),
    expiryNoticeSeconds: seconds,
  }),
})

export const problemSchema: z.ZodType<ManagementProblem> = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(problemTable) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  fix: z.string().optional(),
  requestId: z.string(),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string().optional(),
        parameter: z.string().optional(),
        header: z.string().optional(),
        message: z.string(),
        fix: z.string().optional(),
      }),
    )
    .optional(),
  keyStatus: z.enum(['revoked', 'expired']).optional(),
  overlapEndsAt: instant.optional(),
  missing: permissions.optional(),
  stepUpUrl: z.string().optional(),
}) as z.ZodType<ManagementProblem>
