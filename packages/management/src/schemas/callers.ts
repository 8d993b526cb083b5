import { z } from 'zod'
import type { KeyCallersResource } from '../resources/show-callers.ts'
import { instant } from './basics.ts'

export const keyCallersSchema: z.ZodType<KeyCallersResource> = z.strictObject({
  object: z.literal('keyCallers'),
  keyId: z.string(),
  kept: z.boolean(),
  data: z.array(
    z.strictObject({
      version: z.int().min(1),
      network: z
        .string()
        .nullable()
        .meta({ examples: ['10.2.0.0/16', '2001:db8:1::/48'] }),
      agent: z
        .string()
        .nullable()
        .meta({ examples: ['node', 'python-requests'] }),
      lastUsedAt: instant,
    }),
  ),
})
