import type { LimitPeriod } from '@claviger/core'
import type { Format } from './format.ts'

const units: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' }

/** A rule in words: `600 requests per minute`, `10,000 requests per calendar month (UTC)`. */
export function ruleWords(requests: number, per: LimitPeriod, { number }: Pick<Format, 'number'>): string {
  return `${number(requests)} ${requests === 1 ? 'request' : 'requests'} per ${periodWords(per)}`
}

function periodWords(per: LimitPeriod): string {
  if (per === 'day' || per === 'month') return `calendar ${per} (UTC)`
  const count = Number(per.slice(0, -1))
  const unit = units[per.slice(-1)] ?? ''
  return count === 1 ? unit : `${count} ${unit}s`
}
