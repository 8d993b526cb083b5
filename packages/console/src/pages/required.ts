import { type Ability, ForbiddenError } from '@claviger/core'
import type { Visit } from '../visit/visit.types.ts'

/** Refuses a page to those who could do nothing with it. @throws {ForbiddenError} */
export function required(visit: Pick<Visit, 'can'>, ability: Ability): void {
  if (!visit.can[ability]) throw new ForbiddenError(ability, `This needs an actor with can: { ${ability}: true }.`)
}
