import type { Keyring } from '@claviger/core'
import { type Door, doorOf } from '@claviger/core/http'

const place = Symbol.for('claviger.door')

/** The same keyring, which answers adapters in another way. Requests that the other has seen are new to it. */
export function answering(keyring: Keyring, parts: (door: Door) => Partial<Door>): Keyring {
  const door = doorOf(keyring)
  if (door === undefined) throw new Error('Expected a keyring from createKeyring().')
  const kept = new WeakMap<object, { readonly request: object }>()
  const requests: Door['requests'] = {
    get: (request) => kept.get(request),
    set: (state) => void kept.set(state.request, state),
  }
  const value: Door = { ...door, requests, ...parts(door) }
  return Object.defineProperty({ ...keyring }, place, { value })
}
