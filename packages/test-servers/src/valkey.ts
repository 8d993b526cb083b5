import { findProgram } from './binaries.ts'
import { type RedisServerOptions, startRedisNode } from './redis.ts'
import type { TestServer } from './server.ts'

const program = 'valkey-server'

/** Starts Valkey. `undefined` when it is not installed. */
export async function startValkey(options: RedisServerOptions = {}): Promise<TestServer | undefined> {
  return findProgram([program]) === undefined ? undefined : (await startRedisNode(options, [program]))?.server
}
