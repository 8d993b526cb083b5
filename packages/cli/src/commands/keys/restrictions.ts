import type { Resources } from '../../backend/backend.types.ts'
import { CliError } from '../../exits/cli-error.ts'
import { safeText } from '../../text/safe-text.ts'
import { idsByType, listOf } from '../../text/lists.ts'

/** The flags that change from where a key works and what it reaches. */
export interface RestrictionFlags {
  readonly allowAddress?: readonly string[]
  readonly anyAddress?: boolean
  readonly resource?: readonly string[]
  readonly allResources?: readonly string[]
}

/** The addresses after a change; undefined when none is asked for. Pure. */
export function changedAddresses({ allowAddress, anyAddress }: RestrictionFlags): readonly string[] | undefined {
  if (anyAddress !== true) return allowAddress === undefined ? undefined : listOf(allowAddress)
  if (allowAddress === undefined) return []
  throw new CliError('usage', 'usage', 'Give --allow-address or --any-address, not both.')
}

/** The resources after a change; undefined when none is asked for. Types that no flag names stay. Pure. */
export function changedResources(now: Resources, { resource, allResources }: RestrictionFlags): Resources | undefined {
  if (resource === undefined && allResources === undefined) return undefined
  const all = new Set(listOf(allResources))
  const wanted = idsByType('--resource', resource)
  const twice = Object.keys(wanted).find((type) => all.has(type))
  if (twice !== undefined) {
    throw new CliError('usage', 'usage', `Give --resource or --all-resources for ${safeText(twice)}, not both.`)
  }
  return Object.fromEntries(Object.entries({ ...now, ...wanted }).filter(([type]) => !all.has(type)))
}

/** What a key reaches, for people: `project p1, p2`. Empty for everything. */
export function resourcesText(resources: Resources): string {
  return Object.entries(resources)
    .map(([type, ids]) => `${safeText(type)} ${ids.map(safeText).join(', ')}`)
    .join('; ')
}
