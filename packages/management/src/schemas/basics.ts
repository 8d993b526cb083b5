import { z } from 'zod'

/** An instant as it is sent and taken: RFC 3339 text with a zone. What it may be otherwise is core's to say. */
export const instant: z.ZodType<string> = z
  .string()
  .max(64)
  .meta({ format: 'date-time', examples: ['2030-01-31T12:00:00Z'] })

/** The same, or null for never. */
export const instantOrNull: z.ZodType<string | null> = instant.nullable()

/** A whole number that counts something. */
export const count: z.ZodType<number> = z.int().min(0)

/** A share, from 0 to 1. */
export const share: z.ZodType<number> = z.number().min(0).max(1)

/** An id in a body. */
export const reference: z.ZodType<string> = z.string().min(1).max(255)

/** Grants in a body, of which core says which are declared. */
export const grants: z.ZodType<readonly string[]> = z
  .array(z.string().min(1).max(129))
  .max(256)
  .meta({ examples: [['prompts:read', 'prompts:list']] })

/** Permissions in an answer. */
export const permissions: z.ZodType<readonly string[]> = z.array(z.string())

/** From where a key works, in a body; core says what is an address. */
export const allowedAddresses: z.ZodType<readonly string[]> = z
  .array(z.string().min(1).max(64))
  .max(50)
  .meta({
    description: 'IPv4 and IPv6 addresses and CIDR ranges. An empty list: anywhere.',
    examples: [['203.0.113.7', '2001:db8::/32']],
  })

/** Which resources a key reaches, in a body; core says which types are declared. */
export const resources: z.ZodType<Readonly<Record<string, readonly string[]>>> = z
  .record(z.string().min(1).max(64), z.array(reference).min(1).max(100))
  .meta({
    description: 'Ids by declared type of resource. Of a type that is left out: all.',
    examples: [{ project: ['p1', 'p2'] }],
  })

/** A line of text that people read. */
export const name: z.ZodType<string> = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'What it is for: one line without control characters.', examples: ['Production'] })

/** What people write about something. */
export const description: z.ZodType<string | null> = z.string().max(2_000).nullable()

/** Why something is done, for the activity log. */
export const reason: z.ZodType<string | null> = z.string().max(500).nullable()

/** Notes of the host. */
export const metadata: z.ZodType<Readonly<Record<string, string>>> = z
  .record(z.string().min(1).max(64), z.string().max(1_000))
  .meta({ description: 'At most 32 texts, and 4096 bytes as JSON in all.' })
