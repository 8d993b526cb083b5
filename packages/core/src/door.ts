import type { Door } from './door.types.ts'
import { createRequestMemory } from './runtime/request-memory.ts'

// A name that every copy of this package knows: an application may have loaded two, and an adapter of its own a third.
const place: unique symbol = Symbol.for('claviger.door')

type Public = Pick<Door, 'permissions' | 'resources' | 'tokenPattern' | 'redact'>

/** Gives a keyring its door. Not enumerable: a copy of a keyring's fields is not a keyring. */
export function giveDoor(keyring: Public, parts: Omit<Door, keyof Public | 'requests'>): void {
  const { permissions, resources, tokenPattern, redact } = keyring
  const door: Door = { permissions, resources, tokenPattern, redact, requests: createRequestMemory(), ...parts }
  Object.defineProperty(keyring, place, { value: Object.freeze(door) })
}

/**
 * The door of a keyring; undefined for everything else. For adapters: a host has no use for it.
 *
 * @example
 * const door = doorOf(keyring)
 * const verification = await door?.check('bearer', `Bearer ${token}`)
 */
export function doorOf(keyring: unknown): Door | undefined {
  if (typeof keyring !== 'object' || keyring === null || !Object.hasOwn(keyring, place)) return undefined
  return (keyring as { readonly [place]: Door })[place]
}
