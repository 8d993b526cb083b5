import { after } from '@claviger/core/store'
import { isCluster, type RedisClient, type RedisClusterClient } from './client.ts'
import { freshConnection } from './fresh-connection.ts'

const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Is the server running, and are host and port right?',
  ENOTFOUND: 'There is no such host. Is the name right?',
  ETIMEDOUT: 'The host does not answer. Is a firewall in between?',
  EHOSTUNREACH: 'The host cannot be reached from here.',
  WRONGPASS: 'User or password are wrong.',
  NOAUTH: 'It asks for a password.',
}

/**
 * Why a client has no connection, in words: its own calls say only that they were not answered. Makes one connection of
 * its own to find out.
 *
 * @returns undefined when the client is connected
 */
export async function connectionTrouble(
  client: RedisClient | RedisClusterClient,
  timeoutMs: number,
): Promise<string | undefined> {
  const status: unknown = Reflect.get(client, 'status')
  if (typeof status !== 'string' || status === 'ready') return undefined
  const node = isCluster(client) ? client.nodes('master')[0] : client
  if (node === undefined) return 'The cluster client reaches none of the servers it was given. Are the addresses right?'
  const error = await errorOfConnecting(node, timeoutMs)
  if (error === undefined) {
    return `A connection can be made, but the client has none yet (it is ${status}). Wait for its event "ready" first.`
  }
  const remedy = Object.keys(remedies).find((code) => error.includes(code))
  return `Connecting gives: ${error.replace(/[.\s]+$/, '')}. ${remedy === undefined ? '' : remedies[remedy]}`.trim()
}

async function errorOfConnecting(node: RedisClient, timeoutMs: number): Promise<string | undefined> {
  const connection = freshConnection(node)
  let told: string | undefined
  let cancel = (): void => {}
  const late = new Promise<string>((resolve) => {
    cancel = after(timeoutMs, () => resolve(`no answer within ${timeoutMs} ms`))
  })
  // What `connect` rejects with only says that it is closed.
  connection.on('error', (error) => {
    told ??= messageOf(error)
  })
  const connected = connection.connect().then(
    () => undefined,
    (error: unknown) => told ?? messageOf(error),
  )
  try {
    return await Promise.race([connected, late])
  } finally {
    cancel()
    connection.disconnect()
  }
}

/** Of several failed attempts, as with a name that has two addresses, the first. */
function messageOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error ? first.message : 'no reason given'
}
