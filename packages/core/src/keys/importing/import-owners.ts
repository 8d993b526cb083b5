import { type OwnerQuestion, ownerScope } from '../../cache/scopes.ts'
import { ForbiddenError } from '../../errors/errors.ts'
import type { Owner } from '../../store/records.ts'
import { isClavigerError } from '../../verification/any-error.ts'
import type { Owners } from '../../verify/owners.ts'
import type { LookUpOwner, Ownership } from '../changes/ownership.ts'

/** Looks at the owner of an imported key, which must exist. A refusal is given back; what fails is thrown. */
export type LookUpImportOwner = (owner: Owner) => Promise<Ownership | ForbiddenError>

/**
 * Makes the look at the owners of one list. A user is asked about once, since nothing but their existence counts now; a
 * service account each time, since it is written with its keys.
 */
export function importOwners(
  workspaceId: string,
  lookUp: LookUpOwner,
  owners: Pick<Owners, 'read' | 'unbounded'>,
): LookUpImportOwner {
  const asked = new Map<string, Promise<boolean>>()

  const isThere = async (question: OwnerQuestion): Promise<boolean> =>
    owners.unbounded(question) !== undefined || (await owners.read(question)).grants !== null

  return async (owner) => {
    try {
      const ownership = await lookUp(workspaceId, owner)
      if (owner.type === 'service') return ownership
      const question = { workspaceId, owner }
      const name = ownerScope(question)
      const answer = asked.get(name) ?? isThere(question)
      asked.set(name, answer)
      if (await answer) return ownership
      return new ForbiddenError('owner', 'This user does not exist in this workspace: resolveOwner gave null.')
    } catch (error) {
      if (isClavigerError(error) && error.code === 'ERR_CLAVIGER_FORBIDDEN') return error
      throw error
    }
  }
}
