import { ValidationError } from '../../errors/errors.ts'
import { instantMs } from '../../input/instant.ts'
import { dayMs, hourMs, type UsageQuery } from '../../store/usage.ts'
import type { UsageBucket, UsageInput } from './usage.types.ts'

/** A checked range: whole buckets. */
export interface UsageRange {
  readonly from: number
  readonly to: number
  readonly bucket: UsageBucket
}

const lengths: Readonly<Record<UsageBucket, number>> = { hour: hourMs, day: dayMs }
const defaults: Readonly<Record<UsageBucket, number>> = { hour: dayMs, day: 30 * dayMs }
const mostDays: Readonly<Record<UsageBucket, number>> = { hour: 31, day: 400 }

/** Checks what is asked for, at the instant `now`. Pure. @throws {ValidationError} naming the field */
export function usageRange({ from, to, bucket = 'day' }: UsageInput, now: number): UsageRange {
  const length = lengths[parseBucket(bucket)]
  const end = to === undefined ? (Math.floor(now / length) + 1) * length : raised(instantMs('to', to), length)
  const start = from === undefined ? end - defaults[bucket] : lowered(instantMs('from', from), length)
  if (start >= end) throw new ValidationError('from', 'Expected from to be earlier than to.')
  if (end - start > mostDays[bucket] * dayMs) {
    throw new ValidationError('from', `Expected a range of at most ${mostDays[bucket]} days by ${bucket}.`)
  }
  return { from: Math.max(0, start), to: end, bucket }
}

/** The starts of all buckets of a range. */
export function bucketStarts({ from, to, bucket }: UsageRange): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / lengths[bucket]) }, (_, index) => from + index * lengths[bucket])
}

/** As the store is asked. */
export function queryOf({ from, to }: UsageRange, workspaceId: string): Omit<UsageQuery, 'bucket'> {
  return { workspaceId, from, to }
}

function parseBucket(bucket: UsageBucket): UsageBucket {
  if (bucket === 'hour' || bucket === 'day') return bucket
  throw new ValidationError('bucket', "Expected bucket to be 'hour' or 'day'.")
}

function lowered(at: number, length: number): number {
  return Math.floor(at / length) * length
}

function raised(at: number, length: number): number {
  return Math.ceil(at / length) * length
}
