import type { Clock } from './clock.ts'
import { channels, publish } from './diagnostics.ts'
import type { Actor } from './keys/actor.ts'
import type { Key } from './keys/key.ts'
import type { ActorRef } from './store/records.ts'

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

/** Where changes are reported once they are stored. */
export interface EventSink {
  emit(type: KeyringEvent['type'], actor: Actor, key: Key): void
}

/** Reports to the host's `onEvent`. What the host throws is published and stops nothing: the change is done. */
export function createEventSink(onEvent: (event: KeyringEvent) => void | Promise<void>, clock: Clock): EventSink {
  return {
    emit(type, { type: actorType, id, workspaceId }, key) {
      // A copy: what a listener does to it reaches no caller.
      const event: KeyringEvent = {
        type,
        at: new Date(clock.now()),
        workspaceId,
        actor: { type: actorType, id },
        key: structuredClone(key),
      }
      new Promise<void>((resolve) => {
        resolve(onEvent(event))
      }).catch((error: unknown) => publish(channels.error, () => ({ error, during: 'onEvent' })))
    },
  }
}
