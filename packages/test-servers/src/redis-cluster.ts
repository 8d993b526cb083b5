import { freePort } from './free-port.ts'
import { firstReply } from './first-reply.ts'
import { waitFor } from './launch.ts'
import { redisArgs, type RedisNode, type RedisServerOptions, startRedisNode } from './redis.ts'
import type { TestServer } from './server.ts'

/** Three masters that share the slots. Without `replica`, a node that is down takes its slots along. */
export interface TestRedisCluster {
  readonly nodes: readonly TestServer[]
  /** Takes over from the first node, if it was asked for. */
  readonly replica: TestServer | undefined
  /** Start nodes, as `new Cluster(urls)` takes them. */
  readonly urls: readonly string[]
  /** Stops all nodes. */
  stop(): Promise<void>
}

const slotRanges = ['0 5460', '5461 10922', '10923 16383'] as const
const formDeadlineMs = 30_000

/**
 * Starts a cluster of three masters and waits until each of them finds it complete. Takes about 2 s. `undefined` when
 * Redis is not installed.
 */
export async function startRedisCluster({
  replica: hasReplica = false,
  ...options
}: RedisClusterOptions = {}): Promise<TestRedisCluster | undefined> {
  const started = await Promise.all(slotRanges.map(() => startClusterNode(options)))
  const nodes = started.filter((node) => node !== undefined)
  if (nodes.length === 0) return undefined
  let replica: ClusterNode | undefined
  const stop = async (): Promise<void> => {
    await Promise.all([...nodes, ...(replica === undefined ? [] : [replica])].map(({ server }) => server.stop()))
  }
  try {
    await form(nodes)
    const [first] = nodes
    if (hasReplica && first !== undefined) {
      replica = await startClusterNode(options)
      if (replica !== undefined) await follow(replica, first)
    }
  } catch (error) {
    await stop()
    throw error
  }
  const servers = nodes.map(({ server }) => server)
  return { nodes: servers, replica: replica?.server, urls: servers.map(({ url }) => url), stop }
}

/** How to start a cluster. */
export interface RedisClusterOptions extends RedisServerOptions {
  /** Whether a fourth node is a replica of the first. Default: false. */
  readonly replica?: boolean
}

interface ClusterNode extends RedisNode {
  readonly busPort: number
}

async function startClusterNode({ args = [], ...options }: RedisServerOptions): Promise<ClusterNode | undefined> {
  const busPort = await freePort()
  const clusterArgs = redisArgs({
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': '2000',
    'cluster-port': String(busPort),
    'cluster-announce-ip': '127.0.0.1',
  })
  const node = await startRedisNode({ ...options, args: [...clusterArgs, ...args] })
  return node && { ...node, busPort }
}

async function form(nodes: readonly ClusterNode[]): Promise<void> {
  for (const [index, { socketFile }] of nodes.entries()) {
    // Distinct epochs from the start: nothing to settle among the nodes later.
    await command(socketFile, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`)
    await command(socketFile, `CLUSTER ADDSLOTSRANGE ${slotRanges[index]}`)
  }
  const [first, ...others] = nodes
  for (const { server, busPort } of others) {
    if (first) await command(first.socketFile, `CLUSTER MEET 127.0.0.1 ${server.port} ${busPort}`)
  }
  for (const { socketFile } of nodes) {
    if (!(await waitFor(() => isComplete(socketFile), formDeadlineMs))) throw new Error('The cluster did not form')
  }
}

/** Makes a node a replica of another, and waits until it has its data. */
async function follow(replica: ClusterNode, { socketFile, server, busPort }: ClusterNode): Promise<void> {
  await command(replica.socketFile, `CLUSTER MEET 127.0.0.1 ${server.port} ${busPort}`)
  const id = (await firstReply(socketFile, 'CLUSTER MYID\r\n'))?.split('\r\n')[1] ?? ''
  // Refused until the two have met; taken once, since each time makes the replica begin again.
  const isTold = async (): Promise<boolean> =>
    (await firstReply(replica.socketFile, `CLUSTER REPLICATE ${id}\r\n`)) === '+OK\r\n'
  const follows = async (): Promise<boolean> =>
    ((await firstReply(replica.socketFile, 'INFO replication\r\n')) ?? '').includes('master_link_status:up')
  if (!(await waitFor(isTold, formDeadlineMs)) || !(await waitFor(follows, formDeadlineMs)))
    throw new Error('The replica does not follow')
}

async function isComplete(socketFile: string): Promise<boolean> {
  const info = (await firstReply(socketFile, 'CLUSTER INFO\r\n')) ?? ''
  return ['cluster_state:ok', 'cluster_known_nodes:3', 'cluster_size:3'].every((line) => info.includes(`${line}\r\n`))
}

async function command(socketFile: string, line: string): Promise<void> {
  const reply = await firstReply(socketFile, `${line}\r\n`)
  if (reply !== '+OK\r\n') throw new Error(`${line} was answered with ${reply?.trim() ?? 'nothing'}`)
}
