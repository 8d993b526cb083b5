import type { ActorRef } from './store/records.ts'
import type { Key } from './keys/key.ts'

/** Something happened to a key. The same events come from code, REST, console and CLI. Never holds a token. */
export interface KeyringEvent {
  /** What happened. More types come with later versions: ignore what you do not know. */
  readonly type: 'key.created' | 'key.revoked'
  readonly at: Date
  readonly workspaceId: string
  readonly actor: ActorRef
  /** The key after the event. */
  readonly key: Key
}
