import { ConfigurationError } from '@claviger/core/store'
import { isCluster, type RedisClient, type RedisClusterClient } from '../client/client.ts'
import { readServerSettings, type ServerSettings } from './server-settings.ts'

/** What `ready()` goes by. */
export interface ReadyOptions {
  readonly allowVolatileStore: boolean
  readonly commandTimeoutMs: number
}

const oldestVersion = 7

/**
 * Checks that every server that takes writes also keeps them.
 *
 * @returns what could not be seen as it should be, in words, or undefined
 * @throws {ConfigurationError} when the store must not be used as it is
 */
export async function checkServers(
  client: RedisClient | RedisClusterClient,
  options: ReadyOptions,
): Promise<string | undefined> {
  if (isCluster(client) && (client.options.scaleReads ?? 'master') !== 'master') {
    throw new ConfigurationError(
      'client',
      'This Cluster client reads from replicas, which lag behind revocations. Pass one with scaleReads: "master".',
    )
  }
  const nodes = isCluster(client) ? client.nodes('master') : [client]
  const settings = await Promise.all(nodes.map((node) => readServerSettings(node, options.commandTimeoutMs)))
  for (const one of settings) {
    const problem = problemWith(one, options.allowVolatileStore)
    if (problem !== undefined) throw new ConfigurationError(problem.option, problem.message)
  }
  if (settings.some(({ version }) => version === undefined)) {
    return 'Redis refuses INFO (+info), so its version could not be seen. See the Redis guide.'
  }
  return !options.allowVolatileStore && settings.some(({ fromInfo }) => fromInfo)
    ? 'Redis refuses CONFIG GET (+config|get), so maxmemory-policy and appendonly were read from INFO. See the Redis guide.'
    : undefined
}

interface Problem {
  readonly option: string
  readonly message: string
}

/** The first thing wrong with a server, and what to do about it. Pure. */
export function problemWith(settings: ServerSettings, allowVolatileStore: boolean): Problem | undefined {
  const { version, role, evictionPolicy, appendOnly } = settings
  if (version !== undefined && Number.parseInt(version, 10) < oldestVersion) {
    return { option: 'client', message: `Redis ${oldestVersion} or later is needed, this one is ${version}.` }
  }
  if (role === 'slave') {
    return { option: 'client', message: 'This Redis is a replica, which lags behind. Connect to the primary.' }
  }
  if (allowVolatileStore) return undefined
  const problem = (what: string, remedy: string): Problem => ({
    option: 'allowVolatileStore',
    message: `${what} ${remedy} Or pass allowVolatileStore: true and accept that keys may vanish or come back.`,
  })
  if (evictionPolicy !== 'noeviction') {
    return problem(
      `maxmemory-policy is ${evictionPolicy ?? 'unknown'}: Redis may drop keys to make room.`,
      'Set it to noeviction.',
    )
  }
  if (appendOnly !== true) {
    return problem(
      `appendonly is ${appendOnly === false ? 'no' : 'unknown'}: a restart may bring revoked keys back.`,
      'Set it to yes.',
    )
  }
  return undefined
}
