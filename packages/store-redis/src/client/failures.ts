import { UnavailableError } from '@claviger/core/store'

const codeAtStart = /^[A-Z][A-Z0-9_]+(?= |$)/

/**
 * The code Redis puts at the beginning of a refusal, or undefined when it was not Redis that refused. ioredis calls such
 * errors `ReplyError` after their class, and a minified bundle renames classes: the code decides. What the system reports
 * (`ECONNREFUSED`) has a code of its own.
 */
export function replyCode(error: unknown): string | undefined {
  const code = codeAtStart.exec(messageOf(error) ?? '')?.[0]
  if (fieldOf(error, 'name') === 'ReplyError') return code ?? 'ERR'
  return fieldOf(error, 'code') === undefined ? code : undefined
}

const explanations: Readonly<Record<string, string>> = {
  OOM: 'It has reached maxmemory. Make room; revocations still work.',
  MISCONF: 'It cannot write to its disk. Make room there.',
  NOPERM: 'The Redis guide lists what the ACL user needs.',
  READONLY: 'It is a replica. Connect to the primary.',
  MASTERDOWN: 'It is a replica whose link to the primary is down. Connect to the primary.',
  NOREPLICAS: 'Too few replicas follow it (min-replicas-to-write): it may be cut off, and another one the primary.',
  ANOTHERSTORE:
    'It was emptied, or is another one. Restore the data, or restart the process if the new store is meant.',
  LOADING: 'It is still loading its data.',
  CLUSTERDOWN: 'Part of the cluster is down.',
  NOAUTH: 'It asks for a password.',
  WRONGPASS: 'User or password are wrong.',
  WRONGTYPE: 'Something else is stored under a name of this namespace.',
}

/** What was being done when it failed, for messages. */
export interface Doing {
  /** The command, as sent. */
  readonly command: string
  /** The text of the script that ran, if one did. */
  readonly script?: string
}

/**
 * What a failed command becomes. The client's own error is not passed on, not even as a cause: it carries the command's
 * arguments, and with them hashes.
 */
export function redisFailure(error: unknown, doing?: Doing): UnavailableError {
  if (error instanceof UnavailableError) return error
  const code = replyCode(error)
  if (code === undefined) return new UnavailableError('store', `Redis could not be asked: ${reason(error)}`)
  const command = (doing?.script === undefined ? undefined : failedIn(doing.script, reason(error))) ?? doing?.command
  const told = isRefusal(error) ? `${explanations.NOPERM}` : (explanations[code] ?? '')
  const what = command === undefined ? 'the command' : command
  const failure = new UnavailableError(
    'store',
    `Redis refused ${what}: ${isRefusal(error) ? 'NOPERM' : code}. ${told}`.trim(),
  )
  if (isRefusal(error)) refusals.set(failure, { command: doing?.command ?? what, what: refusedPart(reason(error)) })
  return failure
}

/** What a user may not. */
export interface Refused {
  readonly command: string
  /** Whether it is the command itself, or the key or channel that it was about. */
  readonly what: 'command' | 'key' | 'channel'
}

const refusals = new WeakMap<object, Refused>()

/** What was refused for want of a right, if that is what this failure is. */
export function refusedCommand(failure: unknown): Refused | undefined {
  return typeof failure === 'object' && failure !== null ? refusals.get(failure) : undefined
}

function refusedPart(message: string): Refused['what'] {
  if (!/access (?:a |one of the |the )?(?:key|channel)/i.test(message)) return 'command'
  return /channel/i.test(message) ? 'channel' : 'key'
}

/** Whether Redis says that this user may not: of a command, a key or a channel, in a script or outside. */
export function isRefusal(error: unknown): boolean {
  return replyCode(error) === 'NOPERM' || /can't run this command|[Nn]o permissions to access/.test(reason(error))
}

/** The command in the line where a script failed. The rest of its message may quote arguments. */
function failedIn(script: string, message: string): string | undefined {
  const line = Number(/user_script:(\d+)/.exec(message)?.[1])
  if (Number.isNaN(line)) return undefined
  const command = /redis\.p?call\('([A-Z]+)'/.exec(script.split('\n')[line - 1] ?? '')?.[1]
  return command === undefined ? `a script of the store in line ${line}` : `${command} (in a script of the store)`
}

/** The name of the command that an error of the client is about, in lower case. */
export function commandOf(error: unknown): string | undefined {
  const name = fieldOf(fieldOf(error, 'command'), 'name') ?? /to run the '([a-z|]+)' command/i.exec(reason(error))?.[1]
  return typeof name === 'string' ? name.toLowerCase() : undefined
}

// Aborted commands list their arguments in other properties; their messages are fixed texts.
function reason(error: unknown): string {
  return messageOf(error) ?? 'the client gave no reason.'
}

// By shape: Jest runs a client in a realm of its own, and errors of Node's sockets come from another.
function messageOf(error: unknown): string | undefined {
  const message = fieldOf(error, 'message')
  return typeof message === 'string' ? message : undefined
}

function fieldOf(error: unknown, field: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined
}
