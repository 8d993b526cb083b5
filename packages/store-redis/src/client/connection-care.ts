import { after, monotonicMs, soon } from '@claviger/core/store'
import { isCluster, type RedisClient, type RedisClusterClient, type RedisCommands } from './client.ts'

/** Sees to it that a connection whose answers stay out is cut, and made again. */
export interface ConnectionCare {
  /** A command is about to be sent. */
  sending(): void
  /** The server answered, be it with a refusal. */
  heard(): void
  /** A server said that it is not the one to write to: ask again which one is. */
  overtaken(): void
  /** Leaves the client alone from now on. */
  stop(): void
}

/**
 * Looks after a client of the host's. ioredis waits for an answer on a dead connection as long as the system keeps it
 * open, a Sentinel or Cluster client too, though another server has taken over: after most of `limitMs` of silence the
 * socket is destroyed, and the client connects as it would after any loss. It is also told not to wait before it
 * connects again.
 */
export function careFor(client: RedisClient | RedisClusterClient, limitMs: number): ConnectionCare {
  const watched = new Map<RedisCommands, Watch>()
  let silentSince: number | undefined
  let sentAt = 0
  let lastOvertaken = Number.NEGATIVE_INFINITY
  let cancelLook: (() => void) | undefined

  const stop = (): void => {
    cancelLook?.()
    cancelLook = undefined
    silentSince = undefined
    watched.clear()
  }

  const lookLater = (): void => {
    cancelLook = after(lookMs(limitMs), () => {
      lookLater()
      look()
    })
  }

  const look = (): void => {
    const now = monotonicMs()
    // No one asks any more: the connection is the host's business.
    if (silentSince === undefined || now - sentAt > idleAfterMs) return stop()
    if (isCluster(client)) lookAtNodes(client, now, silentSince)
    else lookAt(client, now, silentSince, patience * limitMs)
  }

  /** One connection: anything it was asked is as good as a probe. */
  const lookAt = (node: RedisClient, now: number, since: number, patienceMs: number): void => {
    const { status, stream } = stateOf(node)
    const watch = watched.get(node)
    if (watch === undefined || watch.stream !== stream) {
      watched.set(node, { stream, since: watch === undefined ? since : now, nudgedAt: watch?.nudgedAt ?? 0 })
      return
    }
    if (status === 'reconnecting') {
      if (now - watch.nudgedAt >= nudgeMs) nudge(node, watch, now)
    } else if (now - Math.max(watch.since, since) >= patienceMs) {
      // After a pause of this process the answer may be there, unread.
      soon(() => {
        if (silentSince === since && stateOf(node).stream === stream) cut(node)
      })
    }
  }

  /** Many connections, and the answers of one say nothing about another: each is asked for a sign of life. */
  const lookAtNodes = (cluster: RedisClusterClient, now: number, since: number): void => {
    if (now - since < limitMs / 2) return
    const nodes = cluster.nodes('all')
    for (const known of watched.keys()) if (!nodes.includes(known as RedisClient)) watched.delete(known)
    for (const node of nodes) {
      const { status, stream } = stateOf(node)
      if (status === 'wait' || status === 'end') continue
      const watch = watched.get(node)
      if (watch === undefined || watch.stream !== stream) watched.set(node, probe(node, stream, now))
      else if (watch.isAnswered === true) watched.delete(node)
      else if (now - watch.since >= limitMs / 2) {
        soon(() => {
          if (watch.isAnswered !== true && stateOf(node).stream === stream) cut(node)
        })
      }
    }
  }

  return {
    sending() {
      sentAt = monotonicMs()
      silentSince ??= sentAt
      if (cancelLook === undefined) lookLater()
    },
    heard() {
      silentSince = undefined
    },
    overtaken() {
      const now = monotonicMs()
      // The client of a cluster follows by itself.
      if (isCluster(client) || now - lastOvertaken < limitMs) return
      lastOvertaken = now
      cut(client)
    },
    stop,
  }
}

/** What is known of one connection. */
interface Watch {
  readonly stream: unknown
  /** Since when this stream has said nothing. */
  readonly since: number
  nudgedAt: number
  /** Whether a probe was answered. */
  isAnswered?: boolean
}

// Before the command itself is given up: the next one then finds a new connection on its way.
const patience = 0.75
const idleAfterMs = 10_000
// ioredis waits up to two seconds, more with each attempt, before it connects again.
const nudgeMs = 250

function lookMs(limitMs: number): number {
  return Math.max(10, limitMs / 10)
}

function probe(node: RedisClient, stream: unknown, now: number): Watch {
  const watch: Watch = { stream, since: now, nudgedAt: now }
  const answered = (): void => {
    watch.isAnswered = true
  }
  Promise.resolve()
    .then(() => node.call('PING'))
    .then(answered, (error: unknown) => {
      // A refusal is a sign of life; that the connection broke, the new stream shows.
      if (error instanceof Error && /^[A-Z]+ /.test(error.message)) answered()
    })
  return watch
}

function nudge(node: RedisClient, watch: Watch, now: number): void {
  watch.nudgedAt = now
  const connect: unknown = Reflect.get(node, 'connect')
  if (typeof connect !== 'function') return
  Promise.resolve()
    .then(() => connect.call(node) as unknown)
    .catch(() => {})
}

/** Destroys the socket: a mere end would wait for the other side, which is silent. */
function cut(node: RedisClient): void {
  const { stream } = stateOf(node)
  const destroy: unknown = Object(stream) === stream ? Reflect.get(stream as object, 'destroy') : undefined
  if (typeof destroy === 'function') return void destroy.call(stream)
  const disconnect: unknown = Reflect.get(node, 'disconnect')
  if (typeof disconnect === 'function') disconnect.call(node, true)
}

/** ioredis 5 and 6 show both; a wrapper may show neither. */
function stateOf(node: RedisClient): { readonly status: unknown; readonly stream: unknown } {
  return { status: Reflect.get(node, 'status'), stream: Reflect.get(node, 'stream') }
}
