import { serverOrSkip, startRedisCluster } from '@claviger/test-servers'
import { Cluster } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { redisContract } from './contract.ts'

const cluster = await serverOrSkip('Redis Cluster', startRedisCluster)

cluster.describe('on a cluster of three masters', () => {
  redisContract('Redis Cluster through ioredis 6', () => new Cluster([...cluster.server().urls]))
  redisContract('Redis Cluster through ioredis 5', () => new Cluster5([...cluster.server().urls]))
})
