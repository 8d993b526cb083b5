import type { Commands } from './client/commands.ts'
import type { KeyNames } from './names.ts'
import type { Voice } from './bus/voice.ts'

/** What every operation works with. */
export interface Database {
  readonly commands: Commands
  readonly names: KeyNames
  readonly changeLogLength: number
  /** How long a change waits for records that others have claimed, in milliseconds. */
  readonly patienceMs: number
  readonly voice: Voice
}
