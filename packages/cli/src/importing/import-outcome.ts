import type { Outcome } from '../commands/context.types.ts'
import { countText, plural } from '../text/numbers.ts'
import { safeText } from '../text/safe-text.ts'
import type { Failure, Tally } from './tally.ts'

const mostShown = 20

/** What came of an import, or would; exit code 1 when a row cannot be imported. */
export function importOutcome(tally: Tally, dryRun: boolean, place: string): Outcome {
  const { imported, present, notUpgraded, failed, failures } = tally
  return {
    json: { object: 'import', dryRun, source: place, ...tally },
    plain: () => failures.map(({ row, code, field }) => [row, code ?? '', field ?? ''].join('\t')).join('\n'),
    human: () => '',
    notes: ({ symbols, colors }) => [
      `${colors.green(symbols.ok)} ${dryRun ? 'Would import' : 'Imported'} ${plural(imported, 'key')} from ${safeText(place)}.`,
      ...(present === 0
        ? []
        : [`  ${countText(present)} were there already; ${countText(notUpgraded)} of them were not used since.`]),
      ...leftOutNotes(tally),
      ...(failed === 0 ? [] : [`${colors.red(symbols.failure)} ${plural(failed, 'row')} cannot be imported:`]),
      ...failures.slice(0, mostShown).map((failure) => `  ${failureText(failure)}`),
      ...(failed > mostShown ? [`  ... and ${countText(failed - mostShown)} more; --json shows the first 100.`] : []),
      ...(dryRun ? ['  Nothing was changed.'] : []),
    ],
    found: failed > 0,
  }
}

function leftOutNotes({ leftOut }: Tally): readonly string[] {
  const parts = Object.entries(leftOut).flatMap(([why, count]) => (count === 0 ? [] : [`${countText(count)} ${why}`]))
  return parts.length === 0 ? [] : [`  Left out, since they do not work any more: ${parts.join(', ')}.`]
}

function failureText({ row, field, detail }: Failure): string {
  return `row ${row}${field === null ? '' : ` (${safeText(field)})`}: ${safeText(detail ?? 'for an unknown reason')}`
}
