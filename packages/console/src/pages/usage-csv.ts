import type { UsageNumbers, UsageOfKey } from '@claviger/core'
import { readNames } from '../reading/names.ts'
import { rangeOf, usageInput } from '../reading/ranges.ts'
import type { Visit } from '../visit/visit.types.ts'
import type { Answer } from '../web/answer.ts'

const counted = ['requests', 'allowed', 'denied', 'clientErrors', 'serverErrors'] as const

/** The numbers of the usage page as a file: by time, or `?by=key` for the hundred busiest keys. */
export async function usageCsv(visit: Visit): Promise<Answer> {
  const range = rangeOf(visit.query)
  const isByKey = visit.query.get('by') === 'key'
  const usage = await visit.keys.workspaceUsage({ ...usageInput(range, visit.now), limit: isByKey ? 100 : 1 })
  const numbers = (of: UsageNumbers): readonly string[] => counted.map((name) => String(of[name]))
  const rows = isByKey
    ? await rowsByKey(visit, usage.byKey, numbers)
    : [['start', ...counted], ...usage.series.map((point) => [point.start.toISOString(), ...numbers(point)])]
  const text = `${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`
  const name = `api-key-usage-${isByKey ? 'by-key-' : ''}${range.name}.csv`
  return { type: 'file', name, mime: 'text/csv; charset=utf-8', text }
}

async function rowsByKey(
  visit: Visit,
  byKey: readonly UsageOfKey[],
  numbers: (of: UsageNumbers) => readonly string[],
): Promise<readonly (readonly string[])[]> {
  const named = byKey.map(({ keyId }) => ({ type: 'key' as const, id: keyId }))
  const names = await readNames(visit, named)
  return [
    ['key', 'name', ...counted],
    ...byKey.map((each) => [each.keyId, names.of({ type: 'key', id: each.keyId }).name, ...numbers(each)]),
  ]
}

/** A field of a CSV file. Spreadsheets run what starts like a formula: an apostrophe in front keeps it text. */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
