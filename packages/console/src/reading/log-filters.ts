import type { ActivityInput, ActorRef } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'
import { spanOf, type When, whenFrom } from './periods.ts'

/** What of the log is looked at, as it stands in the URL. */
export interface LogFilters extends When {
  readonly key: string | undefined
  readonly action: string | undefined
  readonly user: string | undefined
  readonly cursor: string | undefined
  /** The ending by which the key was found, where it is that of its previous secret. */
  readonly ending: string | undefined
}

/** Reads the filters of a URL. What a filter does not know counts as not given. */
export function logFiltersFrom(query: URLSearchParams, actions: ReadonlyMap<string, string>): LogFilters {
  const text = (name: string, most: number): string | undefined => query.get(name)?.trim().slice(0, most) || undefined
  const action = text('action', 64)
  return {
    ...whenFrom((name) => query.get(name)),
    key: text('key', 255),
    action: action !== undefined && actions.has(action) ? action : undefined,
    user: text('user', 255),
    cursor: text('cursor', 2_048),
    ending: /^[\w-]{4}$/.exec(query.get('ending') ?? '')?.[0],
  }
}

/** The query string of filters. Starts with `?`. */
export function logSearch(filters: LogFilters, changes: Partial<LogFilters> = {}): string {
  const pairs = Object.entries({ ...filters, cursor: undefined, ...changes }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  return `?${new URLSearchParams(pairs).toString()}`
}

/** How many filters are set. To choose days is one as soon as there is a day. */
export function filtersSet({ key, action, user, when, from, to }: LogFilters): number {
  const dated = when === 'dates' ? (from ?? to) : when
  return [key, action, user, dated].filter((one) => one !== undefined).length
}

/** Whether a text is the id of a key, and not another mark or name of one. */
export function isKeyId(text: string | undefined): text is string {
  return text !== undefined && /^[\w-]{16}$/.test(text)
}

/** What the filters ask of the keyring: everything but the key that a text means. */
export function logInput(
  { can, actor, now, settings }: Visit,
  { key, action, user, cursor, ...when }: LogFilters,
): ActivityInput {
  const keyId = isKeyId(key) ? key : undefined
  // Those who do not see every key see what they did themselves, or one key.
  const own = !can.listAll && keyId === undefined ? { type: actor.type, id: actor.id } : undefined
  const who: ActorRef | undefined = own ?? (user === undefined ? undefined : { type: 'user', id: user })
  return {
    limit: 50,
    ...spanOf(when, now, settings.timeZone(actor)),
    ...(keyId !== undefined && { keyId }),
    ...(action !== undefined && { action }),
    ...(who !== undefined && { actor: who }),
    ...(cursor !== undefined && { cursor }),
  }
}
