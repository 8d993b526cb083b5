import type { Owner } from '../store/records.ts'

/** Whom to ask about: one owner in one workspace. */
export interface OwnerQuestion {
  readonly workspaceId: string
  readonly owner: Owner
}

/** The fence's scope of an owner, and its name among flights. JSON keeps the parts apart, whatever they contain. */
export function ownerScope({ workspaceId, owner }: OwnerQuestion): string {
  return `owner ${JSON.stringify([workspaceId, owner.type, owner.id])}`
}

/** The fence's scope of a key. */
export function keyScope(id: string): string {
  return `key ${id}`
}
