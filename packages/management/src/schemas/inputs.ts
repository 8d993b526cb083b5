import { z } from 'zod'
import type {
  CreateKeyBody,
  CreateServiceAccountBody,
  DiagnoseBody,
  OwnerInput,
  ReasonBody,
  RevokeKeysBody,
  RotateKeyBody,
  TransferKeyBody,
  UpdateKeyBody,
  UpdateServiceAccountBody,
} from '../resources/inputs.ts'
import {
  allowedAddresses,
  description,
  grants,
  instantOrNull,
  metadata,
  name,
  reason,
  reference,
  resources,
} from './basics.ts'

const days = z.int().min(1).max(36_500).meta({ description: 'The key ends so many days from now.' })

export const ownerInput: z.ZodType<OwnerInput> = z.strictObject({ type: z.enum(['user', 'service']), id: reference })

export const createKeyBody: z.ZodType<CreateKeyBody> = z.strictObject({
  name,
  description: description.optional(),
  environment: z
    .string()
    .min(1)
    .max(64)
    .meta({ examples: ['production'] }),
  owner: ownerInput.optional(),
  permissions: grants.optional(),
  preset: z.string().min(1).max(64).optional(),
  allowedAddresses: allowedAddresses.optional(),
  resources: resources.optional(),
  expiresAt: instantOrNull.optional(),
  expiresInDays: days.optional(),
  metadata: metadata.optional(),
})

export const updateKeyBody: z.ZodType<UpdateKeyBody> = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  permissions: grants.optional(),
  allowedAddresses: allowedAddresses.optional(),
  resources: resources.optional(),
  expiresAt: instantOrNull.optional(),
  expiresInDays: days.optional(),
  metadata: metadata.optional(),
})

export const rotateKeyBody: z.ZodType<RotateKeyBody> = z.strictObject({
  overlapSeconds: z.int().min(0).max(3_153_600_000).optional().meta({ default: 86_400 }),
})

export const reasonBody: z.ZodType<ReasonBody> = z.strictObject({ reason: reason.optional() })

export const transferKeyBody: z.ZodType<TransferKeyBody> = z.strictObject({ owner: ownerInput })

export const revokeKeysBody: z.ZodType<RevokeKeysBody> = z.strictObject({
  ids: z.array(z.string().min(1).max(255)).min(1).max(100),
  reason: reason.optional(),
  dryRun: z.boolean().optional().meta({ default: false }),
})

export const diagnoseBody: z.ZodType<DiagnoseBody> = z
  .strictObject({
    token: z.string().max(4_096).optional().meta({ description: 'As the client sends it. Never repeated.' }),
    keyId: z.string().min(1).max(255).optional(),
    permission: z.string().min(1).max(129).optional(),
    environment: z.string().min(1).max(64).optional(),
    address: z.string().min(1).max(64).optional().meta({ description: 'From where the failing request came.' }),
    resources: z
      .record(z.string().min(1).max(64), reference)
      .optional()
      .meta({ description: 'The resources that the failing route is about: an id by declared type.' }),
  })
  .meta({ description: 'Give token or keyId.' })

export const createServiceAccountBody: z.ZodType<CreateServiceAccountBody> = z.strictObject({
  name,
  description: description.optional(),
  permissions: grants,
})

export const updateServiceAccountBody: z.ZodType<UpdateServiceAccountBody> = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  permissions: grants.optional(),
})
