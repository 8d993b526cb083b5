import { serverOrSkip, startRedis } from '@claviger/test-servers'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { redisContract } from './support/contract.ts'
import { nodeRedisVersions } from './support/node-redis.ts'

const redis = await serverOrSkip('Redis', startRedis)

const urls = (): readonly string[] => [redis.server().url]

redis.describe('on one Redis', () => {
  redisContract('Redis through ioredis 6', () => new Redis(redis.server().url), urls)
  redisContract('Redis through ioredis 5', () => new Redis5(redis.server().url), urls)
  for (const [name, connect] of nodeRedisVersions) {
    redisContract(`Redis through ${name}`, () => connect(redis.server().url), urls)
  }
})
