import { type CallerEntry, callersByKey, type CallersOfKey, mostCallers } from '@claviger/core/store'
import type { Database } from '../database.ts'
import type { UsageKeyNames } from '../names.ts'
import { addCallersScript } from '../scripts/callers.ts'
import { callerMember, callersMember } from './members.ts'

// What one script does is done before anyone else is served: this is a millisecond.
const callersPerScript = 100

/** Adds callers, slot by slot and some keys at a time. Done twice, it is done once. */
export async function addCallers({ commands, names }: Database, entries: readonly CallerEntry[]): Promise<void> {
  const slots = new Map<UsageKeyNames, CallersOfKey[]>()
  for (const one of callersByKey(entries)) {
    const slot = names.usageShard(one.workspaceId)
    const known = slots.get(slot)
    if (known === undefined) slots.set(slot, [one])
    else known.push(one)
  }
  for (const [slot, keys] of slots) {
    for (const some of parts(keys)) {
      await commands.run(
        addCallersScript,
        [slot.callersByAge, ...some.map(({ workspaceId, keyId }) => slot.callers(workspaceId, keyId))],
        [mostCallers, ...some.flatMap(argumentsOf)],
      )
    }
  }
}

function* parts(keys: readonly CallersOfKey[]): Generator<readonly CallersOfKey[]> {
  let some: CallersOfKey[] = []
  let size = 0
  for (const key of keys) {
    if (size > 0 && size + key.callers.length > callersPerScript) {
      yield some
      some = []
      size = 0
    }
    some.push(key)
    size += key.callers.length
  }
  if (size > 0) yield some
}

function argumentsOf(key: CallersOfKey): readonly (string | number)[] {
  return [
    callersMember(key),
    key.callers.length,
    ...key.callers.flatMap((caller) => [-caller.lastUsedAt, callerMember(caller)]),
  ]
}
