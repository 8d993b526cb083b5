import type { FC } from 'hono/jsx'
import { filtersSet, isKeyId, type LogFilters } from '../reading/log-filters.ts'
import type { Names } from '../reading/names.ts'
import { periodOptions } from '../reading/periods.ts'
import { soughtIn } from '../reading/sought.ts'
import type { Visit } from '../visit/visit.types.ts'
import { actionLabels } from './activity-list.tsx'
import { sentence } from './activity-table.tsx'
import { Fold } from './fold.tsx'
import { Icon } from './icon.tsx'
import { Select } from './select.tsx'

interface LogToolbarProps {
  readonly visit: Visit
  readonly filters: LogFilters
  /** Ids of users to choose from. */
  readonly people: readonly string[]
  readonly names: Names
}

/** A key as lists show it, which people recognise; its id where that does not tell it from others. */
function shownKey({ settings }: Visit, key: string | undefined, names: Names): string | undefined {
  const { detail = '' } = isKeyId(key) ? names.of({ type: 'key', id: key }) : {}
  return soughtIn(detail, settings.keyring).masked === undefined ? key : detail
}

/** The filters of the log, as a form whose fields stand in the URL. */
export const LogToolbar: FC<LogToolbarProps> = ({ visit, filters, people, names }) => {
  const { key, action, user, when, from, to } = filters
  const { can, settings, actor, now, format } = visit
  const isUndated = when === 'dates' && (from ?? to) === undefined
  return (
    <form
      class={can.listAll ? 'toolbar log' : 'toolbar log own'}
      method="post"
      action={visit.link('activity/find')}
      role="search"
      aria-label="Filter activity"
      data-filters
    >
      <div class="field wide search">
        <Icon name="search" />
        <input
          class="control"
          type="search"
          name="key"
          value={shownKey(visit, key, names)}
          placeholder="Name or part of a key"
          aria-label="Key, by its name, also one that it had before, its beginning or end as the list shows them, its ID, or as a whole"
          maxlength={255}
        />
      </div>
      <Fold count={filtersSet({ ...filters, key: undefined })} isOpen={isUndated} />
      <Select
        name="action"
        label="Action"
        value={action}
        options={[
          ['', 'Any action'],
          ...[...actionLabels].map(([code, label]): [string, string] => [code, sentence(label)]),
        ]}
        isQuiet
      />
      {can.listAll ? (
        <Select
          name="user"
          label="Who"
          value={user}
          options={[['', 'Anyone'], ...people.map((id): [string, string] => [id, names.of({ type: 'user', id }).name])]}
          isQuiet
        />
      ) : null}
      <Select
        name="when"
        label="When"
        value={when}
        options={periodOptions(now, settings.timeZone(actor), format)}
        isQuiet
      />
      <div class="field days">
        <label for="f-from">
          <span>From</span>
          <input class="control" type="date" id="f-from" name="from" value={from} />
        </label>
        <label for="f-to">
          <span>to</span>
          <input class="control" type="date" id="f-to" name="to" value={to} />
        </label>
        <button class="button" type="submit">
          Show days
        </button>
      </div>
      <div class="buttons">
        <button class="button" type="submit" data-apply>
          Apply
        </button>
        {filtersSet(filters) > 0 && (
          <a class="button quiet" href="?">
            Clear
          </a>
        )}
      </div>
    </form>
  )
}
