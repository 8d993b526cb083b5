import { hearFrom } from '../../input/host-code.ts'
import { publishFault, type ReportFault } from '../../reporting/faults.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Reminder } from '../../store/due.ts'
import type { ActorRef } from '../../store/records.ts'
import type { KeyAction, ServiceAccountAction } from '../shapes/activity.ts'
import type { Actor } from '../shapes/actor.ts'
import type { ManagedKey } from '../shapes/key.ts'
import type { ServiceAccount } from '../shapes/service-account.ts'

interface EventBase {
  readonly at: Date
  readonly workspaceId: string
  readonly actor: ActorRef
}

/** Something happened to a key. */
export interface KeyEvent extends EventBase {
  readonly type: KeyAction
  /** The key after the event. */
  readonly key: ManagedKey
}

/** Something happened to a service account. Its keys have events of their own. */
export interface ServiceAccountEvent extends EventBase {
  readonly type: ServiceAccountAction
  /** The account after the event. */
  readonly serviceAccount: ServiceAccount
}

/**
 * Something about a key needs a look. Sent by `keyring.remind()`, once for each key and cause over all processes; again,
 * with the same `id`, when your handler failed or its process died.
 */
export interface KeyReminder extends EventBase {
  readonly type: ReminderType
  /** The same for every delivery of this reminder: the key, the type and the cause. */
  readonly id: string
  /** The key as it was when the reminder was due. */
  readonly key: ManagedKey
  /**
   * The cause: when the key expires, when its rotation was due, when it was last used (or created), when its owner was
   * found gone.
   */
  readonly cause: Date
}

/** What a reminder is about. */
export type ReminderType = `key.${Reminder}`

/**
 * Something happened. The same events come from code, REST, console and CLI; they never hold a token. More types come
 * with later versions: ignore what you do not know.
 */
export type KeyringEvent = KeyEvent | ServiceAccountEvent | KeyReminder

/** Where changes are reported once they are stored. */
export interface EventSink {
  key(type: KeyAction, actor: Actor, key: ManagedKey): void
  serviceAccount(type: ServiceAccountAction, actor: Actor, account: ServiceAccount): void
}

/** Reports to the host's `onEvent`. What the host throws is published and stops nothing: the change is done. */
export function createEventSink(
  onEvent: (event: KeyringEvent) => void | Promise<void>,
  clock: Clock,
  report: ReportFault = publishFault,
): EventSink {
  const base = ({ type, id, workspaceId }: Actor): EventBase => ({
    at: new Date(clock.now()),
    workspaceId,
    actor: { type, id },
  })
  const emit = (event: KeyringEvent): void => {
    hearFrom(
      () => onEvent(event),
      (error: unknown) => report(error, 'onEvent'),
    )
  }
  // Copies: what a listener does to them reaches no caller.
  return {
    key: (type, actor, key) => emit({ type, ...base(actor), key: structuredClone(key) }),
    serviceAccount: (type, actor, account) => emit({ type, ...base(actor), serviceAccount: structuredClone(account) }),
  }
}
