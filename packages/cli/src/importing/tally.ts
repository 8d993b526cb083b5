import type { ImportResource } from '@claviger/management/client'
import type { Batch, LeftOut } from './batches.ts'

/** An entry that was not imported. */
export interface Failure {
  /** The number of the row, from 1. */
  readonly row: number
  readonly outcome: 'duplicate' | 'refused'
  readonly code: string | null
  readonly field: string | null
  readonly detail: string | null
}

/** What became of a table. */
export interface Tally {
  readonly rows: number
  readonly imported: number
  readonly present: number
  readonly notUpgraded: number
  readonly failed: number
  /** Rows that did not work any more, by why. */
  readonly leftOut: Readonly<Record<LeftOut['ended'], number>>
  /** The first of those that failed. */
  readonly failures: readonly Failure[]
}

const mostFailures = 100

/** Nothing yet. */
export const nothing: Tally = {
  rows: 0,
  imported: 0,
  present: 0,
  notUpgraded: 0,
  failed: 0,
  leftOut: { disabled: 0, revoked: 0, deleted: 0 },
  failures: [],
}

/** The same with one batch more. Holds counts, and few failures, however long the table is. */
export function withBatch(
  tally: Tally,
  { numbers }: Batch,
  { imported, present, notUpgraded, failed, data }: ImportResource,
): Tally {
  const failures = data.flatMap(({ index, ok, outcome, code, field, detail }): readonly Failure[] =>
    ok || outcome === 'imported' || outcome === 'present'
      ? []
      : [{ row: numbers[index] ?? 0, outcome, code, field, detail }],
  )
  return {
    ...tally,
    rows: tally.rows + numbers.length,
    imported: tally.imported + imported,
    present: tally.present + present,
    notUpgraded: tally.notUpgraded + notUpgraded,
    failed: tally.failed + failed,
    failures: [...tally.failures, ...failures].slice(0, mostFailures),
  }
}

/** The same with a row more that is left out. */
export function withLeftOut(tally: Tally, { ended }: LeftOut): Tally {
  return { ...tally, rows: tally.rows + 1, leftOut: { ...tally.leftOut, [ended]: tally.leftOut[ended] + 1 } }
}
