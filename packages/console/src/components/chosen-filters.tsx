import type { FC } from 'hono/jsx'
import { type LogFilters, logSearch } from '../reading/log-filters.ts'
import type { Names } from '../reading/names.ts'
import { periodOptions } from '../reading/periods.ts'
import { startOfDay } from '../reading/days.ts'
import type { Visit } from '../visit/visit.types.ts'
import { actionLabels } from './activity-list.tsx'
import { sentence } from './activity-table.tsx'

/** The time that filters name, with its days; undefined without one. */
export function timeWords({ format, settings, actor, now }: Visit, { when, from, to }: LogFilters): string | undefined {
  const timeZone = settings.timeZone(actor)
  if (when !== 'dates') return periodOptions(now, timeZone, format).find(([one]) => one !== '' && one === when)?.[1]
  const [first, last] = [from, to].map((day) => {
    const start = day === undefined ? undefined : startOfDay(day, timeZone)
    return start === undefined ? undefined : format.day(new Date(start))
  })
  if (first === undefined) return last === undefined ? undefined : `Until ${last}`
  if (last === undefined) return `From ${first}`
  return first === last ? first : `${first} to ${last}`
}

interface ChosenProps {
  readonly visit: Visit
  readonly filters: LogFilters
  readonly names: Names
}

/** On a narrow screen, where the filters are behind a button: which ones are set. Each is a link that takes it away. */
export const ChosenFilters: FC<ChosenProps> = ({ visit, filters, names }) => {
  const { action, user } = filters
  const time = timeWords(visit, filters)
  const without = (changes: Partial<LogFilters>): string => logSearch({ ...filters, ending: undefined }, changes)
  const chosen = [
    action === undefined ? [] : [[sentence(actionLabels.get(action) ?? action), without({ action: undefined })]],
    user === undefined ? [] : [[names.of({ type: 'user', id: user }).name, without({ user: undefined })]],
    time === undefined ? [] : [[time, without({ when: undefined, from: undefined, to: undefined })]],
  ].flat()
  if (chosen.length === 0) return null
  return (
    <ul class="chosen" aria-label="Filters that are set">
      {chosen.map(([label, href]) => (
        <li>
          <a class="button small" href={href} aria-label={`Remove the filter ${label}`}>
            <bdi>{label}</bdi> &times;
          </a>
        </li>
      ))}
    </ul>
  )
}
