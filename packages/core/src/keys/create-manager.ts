import type { Actor } from './actor.ts'
import { createKeys } from './create.ts'
import { checkActor, checkedText } from './input.ts'
import { keyFromRecord } from './key.ts'
import type { KeyManager } from './manager.ts'
import type { ManagerParts } from './parts.ts'
import { findVisible, listVisible } from './read.ts'
import type { Revocation } from './revoke.ts'
import { demand } from './rights.ts'

/** Makes the facade's factory: one manager per actor, over the same parts. */
export function createManagers(parts: ManagerParts, revocation: Revocation): (actor: Actor) => KeyManager {
  const create = createKeys(parts)
  return (unchecked) => {
    const actor = checkActor(unchecked)
    return {
      async create(input) {
        await parts.ready()
        return create(actor, input)
      },
      async get(id) {
        await parts.ready()
        demand(actor, 'list')
        return keyFromRecord(await findVisible(parts, actor, id), parts.clock.now())
      },
      async list(input = {}) {
        await parts.ready()
        demand(actor, 'list')
        return listVisible(parts, actor, input)
      },
      async revoke(id, { reason } = {}) {
        demand(actor, 'revoke')
        const text = reason === undefined ? null : checkedText('reason', reason, 500)
        await parts.ready()
        return revocation.revoke(actor, id, text)
      },
    }
  }
}
