import type { ManagedKey } from '@claviger/core'
import type { Form } from '../web/form.ts'
import { addressesProblem } from './addresses.ts'

/** From where a key works and what it reaches, as a form says it. */
export interface RestrictionsDraft {
  /** Addresses and ranges, a line each. */
  readonly addresses: string
  /** By declared type of resource. */
  readonly resources: ReadonlyMap<string, ResourceDraft>
}

/** Which resources of one type are chosen. */
export interface ResourceDraft {
  /** `all`, or `some`. */
  readonly choice: string
  /** Ids that were typed, a line each. */
  readonly ids: string
  /** Ids that were ticked in a list; undefined where they are typed. */
  readonly ticked?: readonly string[] | undefined
  /** Ids that the key has: a line that is one of them means that one, whatever stands in it. */
  readonly known?: readonly string[] | undefined
}

/** What a form of restrictions was opened with. */
interface Opened {
  /** What stands for fields that were not sent: a page of an older version must not widen a key. */
  readonly before?: RestrictionsDraft | undefined
  /** The ids that stood in it. */
  readonly known?: Pick<ManagedKey, 'resources'> | undefined
}

/** The restrictions of a form. */
export function restrictionsDraft(
  form: Form,
  types: readonly string[],
  { before, known }: Opened = {},
): RestrictionsDraft {
  const isSent = (name: string): boolean => form.all(name).length > 0
  return {
    addresses: isSent('allowedAddresses') ? form.text('allowedAddresses') : (before?.addresses ?? ''),
    resources: new Map(
      types.map((type) => {
        const sent = {
          choice: form.text(`reach.${type}`),
          ids: form.text(`resources.${type}`),
          ticked: isSent(`listed.${type}`) ? form.all(`resources.${type}`) : undefined,
          known: known?.resources[type],
        }
        return [type, isSent(`reach.${type}`) ? sent : (before?.resources.get(type) ?? sent)]
      }),
    ),
  }
}

/** Restrictions as a form shows them: those of a key, or none. */
export function restrictionsOf(
  { allowedAddresses, resources }: Pick<ManagedKey, 'allowedAddresses' | 'resources'>,
  types: readonly string[],
): RestrictionsDraft {
  return {
    addresses: allowedAddresses.join('\n'),
    resources: new Map(
      types.map((type) => {
        const ids = resources[type]
        return [type, { choice: ids === undefined ? 'all' : 'some', ids: ids?.join('\n') ?? '', known: ids }]
      }),
    ),
  }
}

/** The fields of a keyring call, or what is wrong. An empty list of addresses: anywhere. Types that are absent: all. */
export function readRestrictions({ addresses, resources }: RestrictionsDraft):
  | {
      readonly allowedAddresses: readonly string[]
      readonly resources: Readonly<Record<string, readonly string[]>>
    }
  | { readonly problems: ReadonlyMap<string, string> } {
  const problems = new Map<string, string>()
  const chosen: [string, readonly string[]][] = []
  for (const [type, draft] of resources) {
    const { choice } = draft
    if (choice === 'all') continue
    const list = chosenIds(draft)
    if (choice !== 'some') problems.set(`resources.${type}`, `Choose what of ${type} the key reaches.`)
    else if (list.length === 0)
      problems.set(
        `resources.${type}`,
        `${draft.ticked === undefined ? 'Write the ID of' : 'Tick'} each ${type}, or choose all.`,
      )
    else chosen.push([type, list])
  }
  const unreadable = addressesProblem(addresses)
  if (unreadable !== undefined) problems.set('allowedAddresses', unreadable)
  if (problems.size > 0) return { problems }
  return { allowedAddresses: lines(addresses), resources: Object.fromEntries(chosen) }
}

/** The ids of a draft, however they were given. */
export function chosenIds({ ids, ticked, known }: ResourceDraft): readonly string[] {
  return ticked ?? lines(ids, known)
}

/** Whether two restrictions say the same: what only stays as it is, is not asked for. */
export function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each))
}

/** Whether two selections say the same. */
export function sameResources(
  one: Readonly<Record<string, readonly string[]>>,
  other: Readonly<Record<string, readonly string[]>>,
): boolean {
  const types = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return types.every((type) => {
    const [ids, others] = [one[type], other[type]]
    return ids === undefined || others === undefined ? ids === others : sameList(ids, others)
  })
}

/**
 * What stands on its lines, or apart by commas; each once. Ids keep their inner spaces, and known ones everything: a comma, a
 * space at an end.
 */
function lines(text: string, known: readonly string[] = []): readonly string[] {
  const each = text.split('\n').flatMap((whole) => {
    const line = whole.trim()
    const same = known.filter((id) => id.trim() === line)
    return same.length > 0 ? same : line.split(',').map((part) => part.trim())
  })
  return [...new Set(each.filter((one) => one !== ''))]
}
