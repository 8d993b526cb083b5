import { hasDebianPackage, serverOrSkip, startRedis, startValkey } from '@claviger/test-servers'
import { Redis as Valkey } from 'iovalkey'
import { Redis } from 'ioredis'
import { redisContract } from './support/contract.ts'
import { nodeRedisVersions } from './support/node-redis.ts'

const brought = await hasDebianPackage('valkey-server')
const valkey = await serverOrSkip('Valkey', startValkey, brought ? 'needed' : 'optional')
const redis = await serverOrSkip('Redis', startRedis)

valkey.describe('on one Valkey', () => {
  const urls = (): readonly string[] => [valkey.server().url]
  redisContract('Valkey through iovalkey', () => new Valkey(valkey.server().url), urls)
  redisContract('Valkey through ioredis 6', () => new Redis(valkey.server().url), urls)
  for (const [name, connect] of nodeRedisVersions) {
    redisContract(`Valkey through ${name}`, () => connect(valkey.server().url), urls)
  }
})

// Its client is a fork of ioredis, and speaks to Redis too.
redis.describe('on one Redis', () => {
  redisContract(
    'Redis through iovalkey',
    () => new Valkey(redis.server().url),
    () => [redis.server().url],
  )
})
