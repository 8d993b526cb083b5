import { serverOrSkip, startRedisCluster } from '@claviger/test-servers'
import { Cluster } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { redisContract } from './support/contract.ts'

const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)

const urls = (): readonly string[] => cluster.server().urls

cluster.describe('on a cluster of three masters', () => {
  redisContract('Redis Cluster through ioredis 6', () => new Cluster([...urls()]), urls)
  redisContract('Redis Cluster through ioredis 5', () => new Cluster5([...urls()]), urls)
})
