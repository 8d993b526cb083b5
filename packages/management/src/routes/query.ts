import { ValidationError } from '@claviger/core'
import { z } from 'zod'
import type { QueryDescription } from './endpoint.ts'

/**
 * Describes a query whose parameters are given once at most. Strict, as `listQueryFrom` of core: an unknown parameter, an
 * empty one and a repeated one are refused.
 *
 * @param shape every parameter, as text; what it means beyond that is core's to say
 */
export function queryOf<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): QueryDescription<{ readonly [Name in keyof Shape]: z.infer<Shape[Name]> }> {
  type Query = { readonly [Name in keyof Shape]: z.infer<Shape[Name]> }
  return {
    shape,
    read(search) {
      const found: Record<string, unknown> = Object.create(null)
      for (const [name, text] of search) {
        const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
        if (schema === undefined) throw unknown(name, Object.keys(shape))
        if (Object.hasOwn(found, name)) throw new ValidationError(name, `Expected ${name} once.`)
        const read = schema.safeParse(text)
        if (text === '' || !read.success) throw new ValidationError(name, messageFor(name, text, read.error))
        found[name] = read.data
      }
      return found as Query
    },
  }
}

function messageFor(name: string, text: string, error: z.ZodError | undefined): string {
  if (text === '') return `Leave ${name} out, or give it a value.`
  return `${name}: ${error?.issues[0]?.message ?? 'not valid'}.`
}

function unknown(name: string, known: readonly string[]): ValidationError {
  const says = /^[\w-]{1,40}$/.test(name) && !/[0-9A-Za-z]{20}/.test(name)
  const which = known.length === 0 ? 'This takes no parameters.' : `Known: ${known.join(', ')}.`
  return new ValidationError(
    says ? name : 'query',
    `There is no ${says ? `parameter "${name}"` : 'such parameter'}. ${which}`,
  )
}

/** A whole number in a query. */
export const limit: z.ZodType<number | undefined> = z
  .string()
  .regex(/^\d{1,3}$/, 'Expected a whole number from 1 to 100')
  .transform(Number)
  .optional()
  .meta({ type: 'integer', minimum: 1, maximum: 100, default: 25, pattern: undefined })

/** A page to go on from. */
export const cursor: z.ZodType<string | undefined> = z.string().max(2_500).optional()

/** An instant in a query. */
export const moment: z.ZodType<string | undefined> = z.string().max(64).optional().meta({ format: 'date-time' })

/** The length of buckets. */
export const bucket: z.ZodType<'hour' | 'day' | undefined> = z.enum(['hour', 'day']).optional().meta({ default: 'day' })

/** True or false in a query. */
export const truth: z.ZodType<boolean | undefined> = z
  .string()
  .regex(/^(?:true|false)$/, 'Expected true or false')
  .transform((text) => text === 'true')
  .optional()
  .meta({ type: 'boolean', pattern: undefined })
