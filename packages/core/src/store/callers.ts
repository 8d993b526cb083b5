import { isObject } from '../input/plain-fields.ts'

/** From where, and with which program, a key was used: as clients say it, shortened so that it names no one. */
export interface Caller {
  /** The network of the client, such as `10.2.0.0/16` or `2001:db8:1::/48`. Null: its address is not known. */
  readonly network: string | null
  /**
   * The first product of `User-Agent` without its version, such as `node`. Null: the client named none, or its network named
   * six others within the hour.
   */
  readonly agent: string | null
}

/** One caller of one secret of a key. All but `lastUsedAt` together name it. */
export interface CallerEntry extends Caller {
  readonly workspaceId: string
  readonly keyId: string
  /** Secret version. */
  readonly version: number
  /** The latest use, accepted or refused. Milliseconds since the epoch. */
  readonly lastUsedAt: number
}

/** The key whose callers a store gives. */
export interface CallersQuery {
  readonly workspaceId: string
  readonly keyId: string
}

/** How many callers of one key a store keeps: those that were there last. */
export const mostCallers = 50
/** How many characters a network or an agent has at most. ASCII. */
export const mostCallerText = 48

/**
 * Callers of one key with others added: each once, with its latest use, the latest first, at most `mostCallers`. What
 * cannot be read is left out. Adding the same again changes nothing, so that entries may be sent twice, and the order in
 * which entries come changes nothing.
 */
export function mergeCallers(known: readonly unknown[], added: readonly CallerEntry[]): readonly CallerEntry[] {
  const latest = new Map<string, CallerEntry>()
  for (const entry of [...known, ...added].flatMap(readCaller)) {
    const name = JSON.stringify([entry.workspaceId, entry.keyId, entry.version, entry.network, entry.agent])
    const before = latest.get(name)
    if (before === undefined || entry.lastUsedAt > before.lastUsedAt) latest.set(name, entry)
  }
  return [...latest]
    .sort(([nameA, a], [nameB, b]) => b.lastUsedAt - a.lastUsedAt || (nameA < nameB ? -1 : 1))
    .slice(0, mostCallers)
    .map(([, entry]) => entry)
}

/** Callers of one key. */
export interface CallersOfKey extends CallersQuery {
  /** As `mergeCallers` gives them. */
  readonly callers: readonly CallerEntry[]
}

/**
 * Entries of many keys, key by key, always in the same order: transactions that lock one key after the other do not wait
 * for each other in a circle.
 */
export function callersByKey(entries: readonly CallerEntry[]): readonly CallersOfKey[] {
  const keys = new Map<string, CallerEntry[]>()
  for (const entry of entries) {
    const place = JSON.stringify([entry.workspaceId, entry.keyId])
    const known = keys.get(place)
    if (known === undefined) keys.set(place, [entry])
    else known.push(entry)
  }
  return [...keys]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, some]) => {
      const callers = mergeCallers([], some)
      const [first] = callers
      return first === undefined ? [] : [{ workspaceId: first.workspaceId, keyId: first.keyId, callers }]
    })
}

/** Whether a value is a caller as core writes it. */
export function isCallerEntry(value: unknown): value is CallerEntry {
  return readCaller(value).length > 0
}

/** A copy of a caller; nothing where it is not one. Each field is read once: what was checked is what is used. */
function readCaller(value: unknown): readonly CallerEntry[] {
  if (!isObject(value)) return []
  const { workspaceId, keyId, version, network, agent, lastUsedAt } = value
  const isSound =
    typeof workspaceId === 'string' &&
    typeof keyId === 'string' &&
    Number.isSafeInteger(version) &&
    Number.isSafeInteger(lastUsedAt) &&
    (lastUsedAt as number) >= 0 &&
    (lastUsedAt as number) <= latestInstant &&
    isCallerText(network) &&
    isCallerText(agent)
  return isSound
    ? [{ workspaceId, keyId, version: version as number, network, agent, lastUsedAt: lastUsedAt as number }]
    : []
}

// The last instant that a `Date` can hold.
const latestInstant = 8.64e15
const printable = /^[\x20-\x7e]*$/

function isCallerText(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value.length <= mostCallerText && printable.test(value))
}
