import { z } from 'zod'
import type { KeyLimitsResource } from '../resources/show-limits.ts'
import { count, instantOrNull } from './basics.ts'

export const keyLimitsSchema: z.ZodType<KeyLimitsResource> = z.strictObject({
  object: z.literal('keyLimits'),
  keyId: z.string(),
  limits: z.array(
    z.strictObject({
      name: z.string(),
      by: z.enum(['key', 'owner', 'workspace']),
      requests: count.nullable(),
      per: z
        .string()
        .nullable()
        .meta({ examples: ['1m', 'month'] }),
      burst: z.strictObject({ requests: count, per: z.string().meta({ examples: ['1h'] }) }).nullable(),
      remaining: count.nullable(),
      resetsAt: instantOrNull,
      note: z.string().nullable(),
    }),
  ),
})
