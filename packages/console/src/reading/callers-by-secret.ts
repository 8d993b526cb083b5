import type { KeyCaller, ManagedKey } from '@claviger/core'

type Secret = ManagedKey['secrets'][number]

/** Who used the secret that a rotation replaced, by what they did since. Each the latest first. */
export interface OldSecretCallers {
  /** Came with it after the rotation. They break when it stops, or are refused since it stopped. */
  readonly still: readonly KeyCaller[]
  /** Came with it before the rotation, and with neither secret since: a job that runs once a week, or one that is gone. */
  readonly silent: readonly KeyCaller[]
  /** Came back with the new secret. */
  readonly moved: readonly KeyCaller[]
}

const minuteMs = 60_000
// Several machines of one network change one after the other: it has moved once only the new secret is seen.
const movedAfterMs = 10 * minuteMs
// One that did not come back for so long is rather gone.
const silentForMs = 35 * 24 * 60 * minuteMs

/** Sorts the callers of a replaced secret. Pure. */
export function callersOfOld(
  { secrets: [current] }: Pick<ManagedKey, 'secrets'>,
  old: Secret,
  callers: readonly KeyCaller[],
  now: number,
): OldSecretCallers {
  const withNew = new Map(
    callers.filter(({ version }) => version === current?.version).map((one) => [nameOf(one), one.lastUsedAt.getTime()]),
  )
  const rotatedAt = current?.createdAt.getTime() ?? 0
  const stopped = old.endsAt !== null && old.endsAt.getTime() <= now
  // Of a secret that stopped, those count that were refused.
  const since = stopped ? (old.endsAt?.getTime() ?? 0) : rotatedAt
  const kinds = { still: [] as KeyCaller[], silent: [] as KeyCaller[], moved: [] as KeyCaller[] }
  for (const caller of callers.filter(({ version }) => version === old.version)) {
    const at = caller.lastUsedAt.getTime()
    const newAt = withNew.get(nameOf(caller))
    if (newAt !== undefined && (newAt > at + movedAfterMs || at < rotatedAt)) kinds.moved.push(caller)
    else if (at >= since) kinds.still.push(caller)
    else if (now - at < silentForMs) kinds.silent.push(caller)
  }
  return kinds
}

/** Callers of one secret. */
export function callersOf({ version }: Secret, callers: readonly KeyCaller[]): readonly KeyCaller[] {
  return callers.filter((caller) => caller.version === version)
}

/** Who used a secret that works now: each once, whichever secret it was. They break when the key stops. */
export function callersNow(
  { secrets }: Pick<ManagedKey, 'secrets'>,
  callers: readonly KeyCaller[],
  now: number,
): readonly KeyCaller[] {
  const working = secrets.filter(({ endsAt }) => endsAt === null || endsAt.getTime() > now)
  const found = new Map<string, KeyCaller>()
  for (const caller of callers) {
    const isWorking = working.some(({ version }) => version === caller.version)
    if (isWorking && !found.has(nameOf(caller))) found.set(nameOf(caller), caller)
  }
  return [...found.values()]
}

/** When a key began to be refused; undefined for one that works, or where that is not known. */
export function refusedSince({ status, revokedAt, expiresAt, disabledAt, ownerGoneAt }: ManagedKey): Date | undefined {
  const ends = { revoked: revokedAt, expired: expiresAt, disabled: disabledAt, active: null, rotating: null }
  return ends[status] ?? ownerGoneAt ?? undefined
}

const lateMs = 7 * 24 * 60 * minuteMs

/** Whether callers are still there, and were not so a week ago for the last time. The latest comes first. */
export function areStillThere([latest]: readonly KeyCaller[], now: number): boolean {
  return latest !== undefined && now - latest.lastUsedAt.getTime() < lateMs
}

/** Who still tries a key that stopped, each once; while two secrets work, who still uses the old one. */
export function stillTrying(key: ManagedKey, callers: readonly KeyCaller[], now: number): readonly KeyCaller[] {
  const [, old] = key.secrets
  if (key.status === 'rotating' && old !== undefined) return callersOfOld(key, old, callers, now).still
  const since = refusedSince(key)
  if (since === undefined) return []
  return callersNow(
    key,
    callers.filter((caller) => caller.lastUsedAt >= since && areStillThere([caller], now)),
    since.getTime() - 1,
  )
}

function nameOf({ network, agent }: KeyCaller): string {
  return JSON.stringify([network, agent])
}
