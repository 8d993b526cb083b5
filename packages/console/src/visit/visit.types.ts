import type { Ability, Actor, KeyManager } from '@claviger/core'
import type { Format } from '../format/format.ts'
import type { Settings } from '../options/settings.types.ts'
import type { Link } from './links.ts'

/** One request for a page, by someone who may see it. */
export interface Visit {
  readonly settings: Settings
  readonly actor: Actor
  readonly keys: KeyManager
  /** What the actor may do here: its abilities, and nothing that changes anything where the console is read-only. */
  readonly can: Readonly<Record<Ability, boolean>>
  readonly link: Link
  /** The path within the mount, without a slash at the end: `/keys/abc`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly now: number
  readonly format: Format
  readonly requestId: string
}
