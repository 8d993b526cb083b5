import { after, type BusListener, ConfigurationError, type Subscription, UnavailableError } from '@claviger/core/store'
import { type BusLink, type BusTimes, openBusLink } from './bus-link.ts'
import type { RedisClient, RedisClusterClient, RedisConnection } from '../client/client.ts'
import { isCluster } from '../client/client.ts'
import { freshConnection } from '../client/fresh-connection.ts'
import { commandOf, isRefusal, redisFailure } from '../client/failures.ts'
import { mayNot } from './voice.ts'

// A megabyte announces more than any commit of ours; longer ones are not parsed.
const maxMessageLength = 1_048_576
const firstRetryMs = 100
const lastRetryMs = 2_000

/**
 * Listens on connections of its own, one after the other. The client's automatic resubscribing is not used: it says
 * `ready` before it is subscribed, and leaves a refusal unhandled.
 *
 * @throws {UnavailableError} when the first subscription fails; its cause is a `ConfigurationError` for want of a right
 */
export async function openBus(
  client: RedisClient | RedisClusterClient,
  channel: string,
  listener: BusListener,
  times: BusTimes,
): Promise<Subscription> {
  let closed = false
  let link: BusLink | undefined
  let cancelRetry = (): void => {}

  const connect = async (): Promise<void> => {
    const opened = await openBusLink(connectionOf(client), channel, { message: hear, lost }, times)
    if (closed) opened.close()
    else link = opened
  }
  const hear = (message: string): void => {
    if (!closed && message.length <= maxMessageLength) guarded(() => listener.message(parsed(message)))
  }
  const lost = (reason: string): void => {
    if (closed) return
    guarded(() => listener.down(reason))
    reconnect(firstRetryMs)
  }
  const reconnect = (delayMs: number): void => {
    cancelRetry = after(delayMs * (0.5 + Math.random() / 2), () => {
      connect().then(
        () => {
          if (!closed) guarded(() => listener.up())
        },
        () => {
          if (!closed) reconnect(Math.min(2 * delayMs, lastRetryMs))
        },
      )
    })
  }

  try {
    await connect()
  } catch (error) {
    if (!isRefusal(error)) throw redisFailure(error)
    const command = commandOf(error) === 'ping' ? 'PING' : 'SUBSCRIBE'
    const text = `${mayNot(command, channel)} This process learns about changes by polling only.`
    throw new UnavailableError('store', text, { cause: new ConfigurationError('subscriber', text) })
  }
  return {
    async close() {
      closed = true
      cancelRetry()
      link?.close()
    },
  }
}

/** A new connection, to any server of a cluster: what is published reaches them all. */
function connectionOf(client: RedisClient | RedisClusterClient): RedisConnection {
  return freshConnection(nodeOf(client))
}

function nodeOf(client: RedisClient | RedisClusterClient): RedisClient {
  if (!isCluster(client)) return client
  const nodes = client.nodes('master')
  const node = nodes[Math.floor(Math.random() * nodes.length)]
  if (node === undefined) throw new Error('the cluster client knows no node yet.')
  return node
}

/** Text that is not JSON is passed on as it is: the listener judges it. */
function parsed(message: string): unknown {
  try {
    return JSON.parse(message)
  } catch {
    return message
  }
}

function guarded(tell: () => void): void {
  try {
    tell()
  } catch {
    // A listener's mistake must not end the connection, or the process.
  }
}
