import type { Diagnosis, KeyUsage, ManagedKey } from '@claviger/core'
import { type Deed, lastDeed } from '../components/key-state.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'
import { replacedBy } from './fits.ts'
import { meantKeys } from './meant-key.ts'
import { readNames, whoIn } from './names.ts'
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
  readonly open: readonly string[]
  /** The secret that was replaced, where its ending is what was asked for. */
  readonly replaced: ManagedKey['secrets'][number] | undefined
  /** The key that a damaged one begins like; null where none does, or none that this visitor may see. */
  readonly beginsLike: ManagedKey | null | undefined
}

/** Reads what helps to understand a diagnosis. What cannot be read is left out. */
export async function explain(
  visit: Visit,
  diagnosis: Diagnosis,
  open: readonly string[],
  text: string,
): Promise<Explained> {
  const { keyId } = diagnosis
  const nothing = { key: undefined, owner: undefined, deed: undefined, totals: undefined, replaced: undefined }
  if (keyId === null) return { diagnosis, open, ...nothing, beginsLike: await beginsLike(visit, text) }
  const [found, usage, activity] = await Promise.all([
    attempt(visit, 'key', () => visit.keys.get(keyId)),
    visit.can.viewUsage ? attempt(visit, 'usage', () => visit.keys.usage(keyId)) : undefined,
    visit.can.viewActivity ? attempt(visit, 'activity', () => visit.keys.activity({ keyId, limit: 20 })) : undefined,
  ])
  const totals = typeof usage === 'object' ? usage.totals : undefined
  if (typeof found !== 'object') return { diagnosis, open, ...nothing, totals, beginsLike: undefined }
  const entries = typeof activity === 'object' ? activity.items : []
  const names = await readNames(visit, [found.owner, ...whoIn(entries)])
  const { owner } = found
  return {
    diagnosis,
    open,
    key: found,
    owner: {
      raw: `the ${owner.type === 'user' ? 'user' : 'service account'} ${owner.id}`,
      name: names.of(owner).name,
    },
    deed: lastDeed(found, entries, names),
    totals,
    replaced: text.length === 4 ? replacedBy(found, text) : undefined,
    beginsLike: undefined,
  }
}

async function beginsLike(visit: Visit, text: string): Promise<ManagedKey | null | undefined> {
  const { q, hasSecret } = soughtIn(text, visit.settings.keyring)
  if (!hasSecret) return undefined
  const [found] = await meantKeys(visit, q)
  return found ?? null
}
