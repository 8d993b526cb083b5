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
  NOPERM: 'The ACL user lacks a permission; the Redis guide lists what the store needs.',
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

/**
 * What a failed command becomes. The client's own error is not passed on, not even as a cause: it carries the command's
 * arguments, and with them hashes.
 */
export function redisFailure(error: unknown): UnavailableError {
  if (error instanceof UnavailableError) return error
  const code = replyCode(error)
  if (code !== undefined) {
    const explanation = explanations[code] ?? scriptLine(error)
    return new UnavailableError('store', `Redis refused the command: ${code}. ${explanation}`.trim())
  }
  return new UnavailableError('store', `Redis could not be asked: ${reason(error)}`)
}

// Of a script's error only the line: what follows it may quote arguments.
function scriptLine(error: unknown): string {
  const line = /user_script:(\d+)/.exec(reason(error))?.[1]
  return line === undefined ? '' : `A script of the store failed in line ${line}.`
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
