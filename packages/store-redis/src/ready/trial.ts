import { randomUUID } from 'node:crypto'
import {
  ConfigurationError,
  encodeKeyRecord,
  type KeyRecord,
  trialRecords,
  UnavailableError,
} from '@claviger/core/store'
import type { Database } from '../database.ts'
import type { KeyNames } from '../names.ts'
import { refusedCommand } from '../client/failures.ts'
import { readKey, readTexts } from '../records.ts'
import { textsReply } from '../client/replies.ts'
import { namesScript, trialScript } from '../scripts/trial.ts'

/**
 * Tries every command on names of its own, every kind of name, and whether a key comes back as it was written.
 *
 * @throws {ConfigurationError} naming every command that this user may not run, or what came back instead
 * @throws {UnavailableError} when Redis fails
 */
export async function tryEverything(database: Database): Promise<void> {
  const { names, commands, voice } = database
  const { key } = trialRecords()
  const [text, ...others] = names.trial(randomUUID())
  const message = JSON.stringify({ storeId: '', announcements: [] })
  const keys = [text, ...others, ...everyKind(names, key.workspaceId)]
  const args = [encodeKeyRecord(key), names.channel, message]
  const reply = textsReply(await allowed(names, () => commands.run(trialScript, keys, args)))
  const refusals = new Map(reply.flatMap((command, index) => (index % 2 === 0 ? [[command, reply[index + 1]]] : [])))
  voice.note(refusals.get('PUBLISH'))
  refusals.delete('PUBLISH')
  if (refusals.size > 0) throw mayNotRun(refusals)
  const read = readKey((await readTexts(database, [text])).get(text) ?? null, null)
  await commands.send('UNLINK', text)
  if (read === null || read === 'corrupt' || encodeKeyRecord(read) !== encodeKeyRecord(key)) {
    throw new ConfigurationError(
      'client',
      'A text written to Redis did not come back as it was. Pass a client that gives replies as they are: without ' +
        'transformers, and not through a proxy that changes them.',
    )
  }
  await tryUsageNames(database, key)
}

/** By their text and by their digest, in turns: either is needed, and which one depends on what Redis has seen. */
async function tryUsageNames({ names, commands }: Database, { id, workspaceId }: KeyRecord): Promise<void> {
  const calls = names.usageShards.map((slot, index) => {
    const keys = [
      slot.daysByAge,
      slot.batch(id),
      slot.counts(workspaceId, 0),
      slot.dayCounts(workspaceId, 0),
      slot.totals(workspaceId, 0),
      slot.busiest(workspaceId, 0),
      slot.days(workspaceId),
      slot.lastHours(workspaceId),
      slot.callers(workspaceId, id),
      slot.callersByAge,
    ]
    return allowed(names, () =>
      index === 0
        ? commands.send('EVAL', namesScript.source, keys.length, ...keys)
        : commands.run(namesScript, keys, []),
    )
  })
  await Promise.all(calls)
}

/** In `ready()` a refusal is a mistake to be corrected, and not an outage to wait for. */
async function allowed<T>(names: KeyNames, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const refused = refusedCommand(error)
    if (refused === undefined) throw error
    const isAboutNames = refused.what === 'key'
    throw isAboutNames
      ? new ConfigurationError(
          'client',
          `Redis does not let this user use the names of this store. Add to its ACL rules: ${names.patterns.join(' ')}.`,
        )
      : mayNotRun(new Map([[refused.command, 'NOPERM no permissions']]))
  }
}

function everyKind(names: KeyNames, workspaceId: string): readonly string[] {
  const { head, log, marks, revokedKeys, expiringKeys, deletedServiceAccounts, idempotencyByAge, activityWorkspaces } =
    names
  const ofWorkspace = [
    names.byCreation,
    names.bySecretAge,
    names.byExpiry,
    names.byLastUse,
    names.neverUsed,
    names.ownerGone,
    names.serviceAccounts,
    names.activity,
  ]
  return [
    head,
    log,
    marks,
    revokedKeys,
    expiringKeys,
    deletedServiceAccounts,
    idempotencyByAge,
    activityWorkspaces,
    ...Object.values(names.reminders),
    names.lines,
    ...[names.key, names.lastUsed, names.serviceAccount, names.idempotency, names.usedBatch, names.follower].map(
      (name) => name('trial'),
    ),
    ...ofWorkspace.map((name) => name(workspaceId)),
    names.byOwner(workspaceId, { type: 'user', id: 'trial' }),
    names.claims(names.key('trial')),
  ]
}

function mayNotRun(refusals: ReadonlyMap<string, string | undefined>): Error {
  const refused = [...refusals].filter(([, reason]) => /permission|can't run this command/i.test(reason ?? ''))
  if (refused.length === 0) {
    const [[command, reason = ''] = ['']] = refusals
    return new UnavailableError('store', `Redis refused ${command}: ${/^[A-Z]+\b/.exec(reason)?.[0] ?? 'ERR'}.`)
  }
  const commands = refused.map(([command]) => command)
  return new ConfigurationError(
    'client',
    `Redis does not let this user run ${commands.join(', ')}. Add to its ACL rules: ` +
      `${commands.map((command) => `+${command.toLowerCase()}`).join(' ')}. The Redis guide has the whole list.`,
  )
}
