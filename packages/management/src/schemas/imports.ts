import { z } from 'zod'
import type { ImportedKeyResource, ImportKeyBody, ImportKeysBody, ImportResource } from '../resources/imports.ts'
import { count, instantOrNull } from './basics.ts'
import { ownerInput } from './inputs.ts'

// What a value may be is for core to say, entry by entry: here, a wrong one would keep all others from being imported.
const importKeyBody: z.ZodType<ImportKeyBody> = z.strictObject({
  tokenSha256: z.string().meta({ description: 'SHA-256 of the token, in hex, base64 or base64url.' }),
  name: z.string(),
  environment: z.string().meta({ examples: ['production'] }),
  permissions: z.array(z.string()).meta({ examples: [['prompts:read', 'prompts:list']] }),
  owner: ownerInput,
  hint: z
    .string()
    .nullable()
    .optional()
    .meta({ description: 'The first characters of the token, for people. At most 12 are kept.' }),
  createdAt: instantOrNull.optional(),
  lastUsedAt: instantOrNull.optional(),
  expiresAt: instantOrNull.optional(),
  metadata: z.record(z.string(), z.string()).optional(),
})

export const importKeysBody: z.ZodType<ImportKeysBody> = z.strictObject({
  keys: z.array(importKeyBody).min(1).max(100),
  dryRun: z.boolean().optional().meta({ default: false }),
})

const importedKeySchema: z.ZodType<ImportedKeyResource> = z.strictObject({
  index: count,
  ok: z.boolean(),
  outcome: z.enum(['imported', 'present', 'duplicate', 'refused']),
  keyId: z.string().nullable(),
  upgraded: z.boolean().nullable(),
  first: count.nullable(),
  code: z.string().nullable(),
  field: z.string().nullable(),
  detail: z.string().nullable(),
})

export const importSchema: z.ZodType<ImportResource> = z.strictObject({
  dryRun: z.boolean(),
  imported: count,
  present: count,
  notUpgraded: count,
  failed: count,
  data: z.array(importedKeySchema),
})
