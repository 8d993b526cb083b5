import { idsOf, reaches } from '../../restrictions/selection.ts'
import type { KeyRecord } from '../../store/records.ts'
import type { Requirement } from '../../verification/verification.ts'
import { type Finding, ownerName } from './findings.ts'

const maxIdsShown = 10

/** Types that a key is limited by and that were taken out of the declared ones. */
export function undeclaredTypes(types: readonly string[]): Finding {
  const named = types.join(', ')
  return {
    check: 'resource',
    code: 'resource_not_allowed',
    detail: `It is limited by resources of the type ${named}, which this API does not declare any more: it is refused.`,
    fix: `Declare ${named} again, or change the resources of the key.`,
  }
}

export function resourceFinding(record: KeyRecord, { resources = {} }: Requirement): Finding {
  const asked = Object.entries(resources).filter((each): each is [string, string] => each[1] !== undefined)
  const denied = asked.find(([type, id]) => !reaches(record.resources, type, id))
  const finding = { check: 'resource', code: 'resource_not_allowed' } as const
  if (denied === undefined) {
    const wanted = asked.map(([type, id]) => `the ${type} ${id}`).join(', ')
    return {
      ...finding,
      detail: `The key was given ${wanted}, but its owner, ${ownerName(record)}, does not reach that now.`,
      fix: 'Let the owner reach it, or transfer the key to an owner that does.',
    }
  }
  const [type, id] = denied
  const ids = idsOf(record.resources, type) ?? []
  const more = ids.length > maxIdsShown ? ` and ${ids.length - maxIdsShown} more` : ''
  const reached = ids.length === 0 ? `no ${type}` : `the ${type} ${ids.slice(0, maxIdsShown).join(', ')}${more} only`
  return {
    ...finding,
    detail: `The key reaches ${reached}; asked for is ${id}.`,
    fix: `Add ${id} to the key, or use a key that reaches it.`,
  }
}
