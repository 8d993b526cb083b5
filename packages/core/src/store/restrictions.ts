import type { KeyRecord } from './records.ts'

/** What a key is restricted by, as far as this version knows, in the order of records. */
const known = ['addresses', 'resources'] as const

type Restricting = Pick<KeyRecord, 'allowedAddresses' | 'resources'>

/** No names, no entries: what all unrestricted keys share. */
export const noNames: readonly string[] = Object.freeze([])
export const noResources: KeyRecord['resources'] = Object.freeze(Object.create(null))
export const noReminders: KeyRecord['reminders'] = Object.freeze(Object.create(null))

/**
 * The fields of a key that nothing restricts, and about which no reminder was sent.
 */
export const unrestricted: Pick<KeyRecord, 'restrictions' | 'allowedAddresses' | 'resources' | 'reminders'> =
  Object.freeze({ restrictions: noNames, allowedAddresses: noNames, resources: noResources, reminders: noReminders })

/** The names of what restricts a key, from the fields that do. Pure. */
export function restrictionsOf({ allowedAddresses, resources }: Restricting): readonly string[] {
  const hasAddresses = allowedAddresses.length > 0
  const hasResources = Object.keys(resources).length > 0
  if (!hasAddresses && !hasResources) return noNames
  return known.filter((name) => (name === 'addresses' ? hasAddresses : hasResources))
}

/** The names of restrictions that this version does not know: a key that has one must not be used. Pure. */
export function unknownRestrictions({ restrictions }: Pick<KeyRecord, 'restrictions'>): readonly string[] {
  return restrictions.length === 0 ? noNames : restrictions.filter((name) => !isKnown(name))
}

/** Whether the names say what the fields say, whatever further names there are. Pure. */
export function agreeOnRestrictions(record: Restricting & Pick<KeyRecord, 'restrictions'>): boolean {
  const told = record.restrictions.filter(isKnown)
  const meant = restrictionsOf(record)
  return told.length === meant.length && told.every((name, index) => name === meant[index])
}

function isKnown(name: string): boolean {
  return (known as readonly string[]).includes(name)
}
