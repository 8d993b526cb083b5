import type { ManagedKey } from '@claviger/core'
import { covers } from '../forms/covers.ts'
import type { Visit } from '../visit/visit.types.ts'
import { attempt } from './attempt.ts'

/**
 * What the owner of a key holds, as far as the console can know it: all of it of a service account; of a person, only what
 * of the permissions of the key does not work. Undefined where nothing is known.
 */
export async function readBound(visit: Visit, key: ManagedKey): Promise<readonly string[] | undefined> {
  const { keys, can } = visit
  if (key.owner.type === 'service') {
    if (!can.manageServiceAccounts) return undefined
    const account = await attempt(visit, 'owner', () => keys.serviceAccounts.get(key.owner.id))
    return typeof account === 'string' ? undefined : account.permissions
  }
  if (key.status !== 'active' && key.status !== 'rotating') return undefined
  const effective = await attempt(visit, 'permissions', () => keys.effectivePermissions(key.id))
  // Nothing works where the owner has left: that is said elsewhere, and no matter of permissions.
  if (typeof effective === 'string' || effective.length === 0) return undefined
  const { declared } = keys.grantable()
  const idle = declared.filter((name) => covers(key.permissions, name) && !effective.includes(name))
  const wild = key.permissions.filter((name) => !declared.includes(name) && !idle.some((one) => covers([name], one)))
  return [...declared.filter((name) => !idle.includes(name)), ...wild]
}
