import type { Diagnosis, KeyCaller, KeyUsage, ManagedKey } from '@claviger/core'
import { type Deed, lastDeed } from '../components/key-state.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'
import { known, readCallers } from './callers.ts'
import { callersOf } from './callers-by-secret.ts'
import { replacedBy } from './fits.ts'
import { meantKeys } from './meant-key.ts'
import { readNames, whoIn } from './names.ts'
import { diagnosisOfReplaced } from './of-secret.ts'
import { type Question, type Unchecked, uncheckedOf } from './question.ts'
import { usageInput } from './ranges.ts'
import { soughtIn } from './sought.ts'

/** What a diagnosis says, with what is known around it. */
export interface Explained {
  readonly diagnosis: Diagnosis
  readonly key: ManagedKey | undefined
  /** The owner by name, instead of by id. */
  readonly owner: { readonly raw: string; readonly name: string } | undefined
  /** Who disabled or revoked it, and why. */
  readonly deed: Deed | undefined
  /** How requests with the key went lately. */
  readonly totals: KeyUsage['totals'] | undefined
  /** What of a request was not looked at. */
  readonly unchecked: Unchecked
  readonly question: Question
  /** Requests of the last days that lacked the permission that is asked for. */
  readonly lacked: Lacked | undefined
  /** The secret that was replaced, where its ending is what was asked for. */
  readonly replaced: ManagedKey['secrets'][number] | undefined
  /** Who uses what is refused, or will be: the secret that was replaced, else the key. */
  readonly callers: readonly KeyCaller[]
  /** The key that a damaged one begins like; null where none does, or none that this visitor may see. */
  readonly beginsLike: ManagedKey | null | undefined
}

/** How many requests were denied for a permission. The key may hold it by now. */
export interface Lacked {
  readonly month: number
  /** Undefined where that is not known. */
  readonly day: number | undefined
}

/** Reads what helps to understand a diagnosis. What cannot be read is left out. */
export async function explain(
  visit: Visit,
  diagnosis: Diagnosis,
  question: Question & { readonly hasToken: boolean },
  text: string,
): Promise<Explained> {
  const { keyId } = diagnosis
  const nothing = {
    key: undefined,
    owner: undefined,
    deed: undefined,
    totals: undefined,
    replaced: undefined,
    lacked: undefined,
    callers: [],
  }
  if (keyId === null) {
    const unchecked = uncheckedOf(question, undefined)
    return { diagnosis, question, unchecked, ...nothing, beginsLike: await beginsLike(visit, text) }
  }
  const [found, usage, activity, callers] = await Promise.all([
    attempt(visit, 'key', () => visit.keys.get(keyId)),
    visit.can.viewUsage ? attempt(visit, 'usage', () => visit.keys.usage(keyId)) : undefined,
    visit.can.viewActivity ? attempt(visit, 'activity', () => visit.keys.activity({ keyId, limit: 20 })) : undefined,
    readCallers(visit, keyId),
  ])
  const totals = typeof usage === 'object' ? usage.totals : undefined
  const unchecked = uncheckedOf(question, typeof found === 'object' ? found : undefined)
  if (typeof found !== 'object') return { diagnosis, question, unchecked, ...nothing, totals, beginsLike: undefined }
  const entries = typeof activity === 'object' ? activity.items : []
  const names = await readNames(visit, [found.owner, ...whoIn(entries)])
  const { owner } = found
  const replaced = replacedIn(visit, found, diagnosis, text)
  const told = replaced === undefined ? diagnosis : diagnosisOfReplaced(diagnosis, found, replaced, visit.now)
  const old = replaced ?? (told.code === 'key_rotated' ? found.secrets[1] : undefined)
  return {
    diagnosis: told,
    question,
    lacked: await readLacked(visit, keyId, question.permission, totals),
    unchecked,
    key: found,
    owner: {
      raw: `the ${owner.type === 'user' ? 'user' : 'service account'} ${owner.id}`,
      name: names.of(owner).name,
    },
    deed: lastDeed(found, entries, names),
    totals,
    replaced,
    callers: old !== undefined ? callersOf(old, known(callers)) : told.ok ? [] : known(callers),
    beginsLike: undefined,
  }
}

async function readLacked(
  visit: Visit,
  id: string,
  permission: string,
  totals: KeyUsage['totals'] | undefined,
): Promise<Lacked | undefined> {
  const month = lackedIn(totals, permission)
  if (month === 0) return undefined
  const lately = await attempt(visit, 'usage', () => visit.keys.usage(id, usageInput(lastDay, visit.now)))
  return { month, day: typeof lately === 'object' ? lackedIn(lately.totals, permission) : undefined }
}

function lackedIn(totals: KeyUsage['totals'] | undefined, permission: string): number {
  if (totals === undefined || permission === '') return 0
  return Object.values(totals.lacked).reduce((sum, counts) => sum + (counts[permission] ?? 0), 0)
}

const lastDay = { bucket: 'hour', ms: 86_400_000 } as const

async function beginsLike(visit: Visit, text: string): Promise<ManagedKey | null | undefined> {
  const { q, hasSecret } = soughtIn(text, visit.settings.keyring)
  if (!hasSecret) return undefined
  const [found] = await meantKeys(visit, q)
  return found ?? null
}

/** The secret that was replaced, where a text is its ending, its hint, or that secret itself. */
function replacedIn(
  { settings: { keyring } }: Visit,
  key: ManagedKey,
  { checks }: Diagnosis,
  text: string,
): ManagedKey['secrets'][number] | undefined {
  const isWhole = checks.some(({ check, ok }) => check === 'secret' && ok)
  const { q } = soughtIn(text, keyring)
  const ending = isWhole ? text.slice(-4) : q
  return ending.length === 4 ? replacedBy(key, ending) : undefined
}
