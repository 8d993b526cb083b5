/**
 * Keeps Claviger's keys in Redis 7 or Redis Cluster.
 *
 * @module
 */
export type {
  ConnectionOverrides,
  RedisClient,
  RedisClusterClient,
  RedisCommands,
  RedisConnection,
} from './client/client.ts'
export type { RedisStoreOptions } from './options.ts'
export { type RedisStore, redisStore } from './redis-store.ts'
export type { NodeRedisClient, NodeRedisConnection } from './node-redis/client.ts'
export { type NodeRedis, nodeRedis } from './node-redis/node-redis.ts'
