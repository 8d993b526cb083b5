import type { ActivityEntry, KeyAction, ServiceAccountAction } from '@claviger/core'
import type { FC } from 'hono/jsx'
import type { Names } from '../reading/names.ts'
import type { Visit } from '../visit/visit.types.ts'
import { factText, listChange } from './fact-text.ts'
import { madeWith, replacement } from './line-text.ts'
import { LoggedTime } from './time.tsx'

const written: Readonly<Record<KeyAction | ServiceAccountAction, string>> = {
  'key.created': 'created the key',
  'key.imported': 'imported the key',
  'key.updated': 'changed the key',
  'key.rotated': 'rotated the secret',
  'key.overlapEnded': 'stopped the old secret',
  'key.disabled': 'disabled the key',
  'key.enabled': 'enabled the key',
  'key.transferred': 'transferred the key',
  'key.revoked': 'revoked the key',
  'serviceAccount.created': 'created the service account',
  'serviceAccount.updated': 'changed the service account',
  'serviceAccount.deleted': 'deleted the service account',
}

/** What was done, in words. */
export const actionLabels: ReadonlyMap<string, string> = new Map(Object.entries(written))

/** The last events of one key. */
export const ActivityList: FC<{
  readonly visit: Visit
  /** How the key is called now. */
  readonly called: string
  readonly entries: readonly ActivityEntry[]
  readonly names: Names
}> = ({ visit, called, entries, names }) =>
  entries.length === 0 ? (
    <p class="inner muted">Nothing yet.</p>
  ) : (
    <ul class="rows dated">
      {entries.map((entry) => (
        <li>
          <div>
            <bdi>{names.of(entry.actor).name}</bdi> {actionLabels.get(entry.action) ?? entry.action}
            <Changes visit={visit} of={entry} called={called} names={names} />
          </div>
          <span class="small muted">
            <LoggedTime at={entry.at} format={visit.format} />
          </span>
        </li>
      ))}
    </ul>
  )

interface ChangesProps {
  readonly visit: Visit
  readonly of: ActivityEntry
  /** How the key or the account is called now; undefined where it is gone. */
  readonly called: string | undefined
  readonly names: Names
}

/** What something new was made with; what was changed, from what to what; and why where that was said. */
export const Changes: FC<ChangesProps> = ({ visit, of: line, called, names }) => {
  const { before, after } = line
  const reason = typeof after?.reason === 'string' ? after.reason : undefined
  const fields =
    before === null ? [] : Object.keys(after ?? {}).filter((name) => name !== 'reason' && !derived.has(name))
  const made = before === null ? madeWith(line, called, visit.format, names) : []
  const replaced = replacement(line, visit.format)
  if (reason === undefined && replaced === undefined && fields.length + made.length === 0) return null
  return (
    <div class="small muted">
      {made.map((part, index) => (
        <>
          {index > 0 && ' \u00b7 '}
          <bdi>{part}</bdi>
        </>
      ))}
      {replaced !== undefined && <div>{replaced}</div>}
      {fields.map((name) => (
        <div>
          {labels.get(name) ?? name}:{' '}
          <Change field={name} before={before?.[name]} after={after?.[name]} format={visit.format} names={names} />
        </div>
      ))}
      {reason !== undefined && <bdi>{reason}</bdi>}
    </div>
  )
}

interface ChangeProps {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
  readonly format: Visit['format']
  readonly names: Names
}

/** Of a list, what came and went; of anything else, both values. */
const Change: FC<ChangeProps> = ({ field, before, after, format, names }) => {
  const change = lists.has(field) ? listChange(before, after) : undefined
  if (change === undefined) {
    return (
      <>
        <bdi>{factText(field, before, format, names)}</bdi> {'\u2192'}{' '}
        <bdi>{factText(field, after, format, names)}</bdi>
      </>
    )
  }
  const { added, removed } = change
  return (
    <>
      {added !== '' && (
        <>
          added <bdi>{added}</bdi>
        </>
      )}
      {added !== '' && removed !== '' && '; '}
      {removed !== '' && (
        <>
          removed <bdi>{removed}</bdi>
        </>
      )}
      {added === '' && removed === '' && 'in another order'}
    </>
  )
}

const lists: ReadonlySet<string> = new Set(['permissions', 'allowedAddresses'])

// They say again what the action says.
const derived: ReadonlySet<string> = new Set(['status', 'secretVersion', 'hint', 'overlapEndsAt', 'deletedAt'])
const labels: ReadonlyMap<string, string> = new Map([
  ['expiresAt', 'expires'],
  ['metadata', 'notes'],
  ['allowedAddresses', 'works only from'],
])
