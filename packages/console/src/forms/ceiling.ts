import type { ServiceAccount } from '@claviger/core'
import type { Problems } from '../components/fields.tsx'
import type { Visit } from '../visit/visit.types.ts'
import { covers } from './covers.ts'
import { accountLacks, youLack } from './problems.ts'

/** Who a form says uses the key: `service`, and which account. */
interface Chosen {
  readonly owner: string
  readonly account: string
}

/**
 * What of permissions goes beyond the visitor or the service account. The keyring decides about it: this is for a form
 * with other faults, which are all told at once.
 */
export async function ceilingProblems(visit: Visit, draft: Chosen, names: readonly string[]): Promise<Problems> {
  const { declared, grantable } = visit.keys.grantable()
  const beyond = names.filter((name) => declared.includes(name) && !grantable.includes(name))
  if (beyond.length > 0) return new Map([['permissions', youLack(beyond)]])
  const account = await accountOf(visit, draft)
  const missing = account === undefined ? [] : names.filter((name) => !covers(account.permissions, name))
  return missing.length === 0 ? new Map() : new Map([['permissions', accountLacks(missing, heldIn(account))]])
}

/** What the chosen service account holds, for a message about what it does not. */
export async function heldBy(visit: Visit, draft: Chosen): Promise<string | undefined> {
  return heldIn(await accountOf(visit, draft))
}

function heldIn(account: Account | undefined): string | undefined {
  return account && `${account.name} may do ${account.permissions.join(', ') || 'nothing'} at most.`
}

type Account = Pick<ServiceAccount, 'name' | 'permissions'>

/** The service account that a form chooses; undefined for none, and where it cannot be read: messages do without. */
async function accountOf({ keys, can }: Visit, { owner, account }: Chosen): Promise<Account | undefined> {
  if (owner !== 'service' || account === '' || !can.manageServiceAccounts) return undefined
  try {
    return await keys.serviceAccounts.get(account)
  } catch {
    return undefined
  }
}
