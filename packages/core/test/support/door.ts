import { doorOf, giveDoor } from '../../src/door.ts'
import type { Door } from '../../src/door.types.ts'
import type { Keyring } from '../../src/keyring.types.ts'

/** The door of a keyring, as adapters have it. */
export function doorTo(keyring: object): Door {
  const door = doorOf(keyring)
  if (door === undefined) throw new Error('This keyring has no door.')
  return door
}

/** The same keyring with parts of its door replaced, and requests of its own. */
export function withDoor<Permission extends string>(
  keyring: Keyring<Permission>,
  parts: Partial<Door>,
): Keyring<Permission> {
  const other = { ...keyring }
  const { requests: _, ...door } = doorTo(keyring)
  giveDoor(other, { ...door, ...parts })
  return other
}
