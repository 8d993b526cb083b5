import type { ActivityEntry } from '@claviger/core'
import type { FC } from 'hono/jsx'
import { networkAround } from '../format/network-words.ts'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { actionLabels, Changes } from './activity-list.tsx'
import { LoggedTime } from './time.tsx'

interface ActivityTableProps {
  readonly visit: Visit
  readonly items: readonly ActivityEntry[]
  readonly names: Names
}

/** Lines of the log of a workspace, one a row. */
export const ActivityTable: FC<ActivityTableProps> = ({ visit, items, names }) => (
  <table class="table cards log">
    <caption class="hidden">Activity, newest first</caption>
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col">Who</th>
        <th scope="col">On</th>
        <th scope="col">From</th>
        <th scope="col">When</th>
      </tr>
    </thead>
    <tbody>
      {items.map((entry) => {
        const isKey = entry.target.type === 'key'
        const target = names.of({ type: isKey ? 'key' : 'service', id: entry.target.id })
        return (
          <tr>
            <td>
              <div class="two">
                <span>{sentence(actionLabels.get(entry.action) ?? entry.action)}</span>
                <Changes visit={visit} of={entry} called={target.name} names={names} />
              </div>
            </td>
            <td data-label="Who">
              {entry.actor.type === 'user' && visit.can.listAll ? (
                <a class="title" href={`?user=${encodeURIComponent(entry.actor.id)}`}>
                  <bdi>{names.of(entry.actor).name}</bdi>
                </a>
              ) : (
                <bdi>{names.of(entry.actor).name}</bdi>
              )}
            </td>
            <td data-label="On">
              <div class="two">
                <a class="title" href={visit.link(`${isKey ? 'keys' : 'service-accounts'}/${entry.target.id}`)}>
                  <bdi>{target.name}</bdi>
                </a>
                {isKey && target.detail !== undefined && <code class="nowrap">{target.detail}</code>}
              </div>
            </td>
            <td data-label="From" class="small muted">
              {entry.origin?.ip === undefined ? (
                <span>&ndash;</span>
              ) : (
                <span title={entry.origin.requestId}>{networkAround(entry.origin.ip)}</span>
              )}
            </td>
            <td data-label="When">
              <LoggedTime at={entry.at} format={visit.format} />
            </td>
          </tr>
        )
      })}
    </tbody>
  </table>
)

/** What was done, as the beginning of a sentence. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
